// "What does this browser hold": the sessions that a request to log out names, all of them.
//
// Who is signed in is another question (SourceInput::session) and has no answer where several live ids come
// along; leaving is meant for each of them all the same, whosever it is: once the cookie is deleted nobody
// could end them any more. Sessions of another tenant than the host's are not known here. Immutable; background loop.
// A store that cannot tell lets nobody stay: what is known here has to do, and whoever ends them says whether it may.
// Errors: of the store, but for unavailable. Source: docs/contract/logout.md section 1.
#pragma once

#include <vector>

#include "config/model.h"
#include "logout/source.h"
#include "session/session_cookie.h"
#include "session/store.h"

namespace router::logout {

class HeldSessions {
 public:
  // `store` outlives this object.
  HeldSessions(const config::Configuration& config, session::Store& store) : cookie_(config), store_(store) {}

  // The one that is signed in first, where there is one.
  Task<Result<std::vector<session::Snapshot>>> find(const SourceInput& input) const;

 private:
  // While the store cannot tell: what this process knows of them, or at least their ids.
  std::vector<session::Snapshot> named(const std::vector<session::SessionId>& ids, const std::string& tenant) const;

  session::SessionCookie cookie_;
  session::Store& store_;
};

// Ends `held`. Where nobody is signed in, the answer speaks about one of its users' sessions, or about nobody's if they
// are of several users; about none where all are anonymous.
void select_held(std::vector<session::Snapshot> held, Trigger& trigger);

}  // namespace router::logout
