// Sessions as a login makes them, for tests of what uses them.
#pragma once

#include <string>
#include <utility>

#include "session/session.h"

namespace router::test {

inline session::Session make_session(std::string user = "alice", std::string sid = "") {
  session::Session session;
  session.id = session::SessionId::random();
  session.provider = "idp";
  session.issuer = "https://idp.example";
  session.subject = user + "-sub";
  session.idp_session_id = std::move(sid);
  session.user_name = std::move(user);
  session.csrf_token = base::Secret("csrf-of-" + session.user_name);
  return session;
}

// Nobody's: of a browser whose back-ends have set cookies.
inline session::Session make_anonymous(const std::string& home = "192.0.2.1") {
  session::Session session;
  session.id = session::SessionId::random();
  session.is_anonymous = true;
  session.home = home;
  session.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", false}};
  return session;
}

}  // namespace router::test
