// "What does this browser hold": the sessions that a request to log out names, all of them.
//
// Who is signed in is another question (SourceInput::session) and has no answer where several live ids come
// along; leaving is meant for each of them all the same, whosever it is: once the cookie is deleted nobody
// could end them any more. Sessions of another tenant than the host's are not known here. Background loop.
// A store that cannot tell lets nobody stay: what is known here has to do, and whoever ends them says whether it may.
// Anybody can make ids up: an address has only so many looked up that are nobody's, and far fewer kept until the store
// can tell, whatever way it takes and however often the configuration is loaded anew (Ongoing). Errors: of the
// store, but for unavailable; overloaded: the address has had as many. Source: docs/contract/logout.md section 1;
// docs/contract/durability.md "Redis".
#pragma once

#include <vector>

#include "config/model.h"
#include "logout/ongoing.h"
#include "logout/source.h"
#include "session/session_cookie.h"
#include "session/store.h"

namespace router::logout {

class HeldSessions {
 public:
  // `store`, `ongoing` and `clock` outlive this object.
  HeldSessions(const config::Configuration& config, session::Store& store, Ongoing& ongoing, const base::Clock& clock)
      : cookie_(config), store_(store), ongoing_(ongoing), clock_(clock) {}

  // The one that is signed in first, where there is one.
  Task<Result<std::vector<session::Snapshot>>> find(const SourceInput& input);
  // The same for who asks only whether the cookie goes: none, where the address has had as many.
  Task<Result<std::vector<session::Snapshot>>> find_if_affordable(const SourceInput& input);
  // Those of `ids` that are sessions, of whatever tenant; `user`, where it is among them, is known and costs nothing.
  // Errors: of the store; overloaded.
  Task<Result<std::vector<session::Snapshot>>> look_up(std::vector<session::SessionId> ids, std::string address,
                                                       session::Snapshot user = nullptr);

 private:
  // What it holds is given back.
  Result<void> charge(const std::string& address, std::size_t ids);
  // While the store cannot tell: what this process knows of them, or at least their ids.
  Result<std::vector<session::Snapshot>> named(const std::vector<session::SessionId>& ids,
                                               const http::External& external);

  session::SessionCookie cookie_;
  session::Store& store_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
};

// Ends `held`. Where nobody is signed in, the answer speaks about one of its users' sessions, or about nobody's if they
// are of several users; about none where all are anonymous.
void select_held(std::vector<session::Snapshot> held, Trigger& trigger);

}  // namespace router::logout
