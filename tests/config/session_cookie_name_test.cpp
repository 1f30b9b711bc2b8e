// SESSION_COOKIE_NAME, and what newer Node routers have beside it.
#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::session_cookie_name_test {

TEST_CASE("environment: the session cookie may have a name of its own, not with COOKIE_PREFIX [issue 15]") {
  CHECK(load_variables({{"SESSION_COOKIE_NAME", "MYSESSION"}}).configuration->environment.session_cookie_name ==
        "MYSESSION");
  for (const char* name : {"a b", "a;b", "__Host-x", "__secure-x", "xsr-login-a", "XSR-x"}) {
    CAPTURE(name);
    CHECK(load_variables({{"SESSION_COOKIE_NAME", name}}).configuration == nullptr);
  }
  CHECK(load_variables({{"SESSION_COOKIE_NAME", "MYSESSION"}, {"COOKIE_PREFIX", "true"}}).configuration == nullptr);
  // what newer Node routers have, and is always so here
  CHECK(load_variables({{"LOGOUT_WITH_TOKEN_HINT", "true"}, {"REMOVE_CLASHING_BACKEND_SESSION_COOKIE", "true"}})
            .issues.empty());
}

}  // namespace router::config::test::session_cookie_name_test
