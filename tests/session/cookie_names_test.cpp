// Which cookies are the router's own, and reach no back-end.
#include <doctest/doctest.h>

#include "session/session_cookie.h"

namespace router::cookie_names_test {

TEST_CASE("cookie names: the router's own are known, others are not") {
  config::Configuration config;
  config.am.emplace();
  const session::CookieNames names(config);
  for (const char* own :
       {"JSESSIONID", "xsr-login-0", "xsr-login-f", "xsr-fragment-3", "xsr-receipt", "iPlanetDirectoryPro"}) {
    CAPTURE(own);
    CHECK(names.is_router_cookie(own));
  }
  for (const char* other : {"jsessionid", "JSESSIONID2", "SESSION", "xsr", "__Host-JSESSIONID", ""}) {
    CAPTURE(other);
    CHECK_FALSE(names.is_router_cookie(other));
  }
  config.environment.cookie_prefix = true;
  const session::CookieNames prefixed(config);
  CHECK(prefixed.is_router_cookie("__Host-JSESSIONID"));
  CHECK(prefixed.is_router_cookie("__HOST-JSESSIONID"));
  CHECK(prefixed.is_router_cookie("__host-xsr-login-1"));
  CHECK_FALSE(prefixed.is_router_cookie("JSESSIONID"));
}

TEST_CASE("cookie names: no back-end sees that of the operators' console, whatever prefix the others have [issue 14]") {
  for (const bool has_prefix : {false, true}) {
    config::Configuration config;
    config.environment.cookie_prefix = has_prefix;
    const session::CookieNames names(config);
    for (const char* own : {"xsr-console", "__Host-xsr-console", "__HOST-xsr-console"}) {
      CAPTURE(own);
      CHECK(names.is_router_cookie(own));
    }
    for (const char* other : {"xsr-consoles", "XSR-CONSOLE", "__Secure-xsr-console"}) {
      CAPTURE(other);
      CHECK_FALSE(names.is_router_cookie(other));
    }
  }
}

TEST_CASE("cookie names: SESSION_COOKIE_NAME names the session, and no back-end sees it [issue 15]") {
  config::Environment environment;
  environment.session_cookie_name = "MYSESSION";
  const session::CookieNames names(environment);
  CHECK(names.session() == "MYSESSION");
  CHECK(names.is_router_cookie("MYSESSION"));
  CHECK_FALSE(names.is_router_cookie("JSESSIONID"));
}

TEST_CASE("cookie names: PLATFORM_COOKIE_NAME binds browsers to this router, so no back-end sees or sets it") {
  config::Environment environment;
  CHECK_FALSE(session::CookieNames(environment).is_router_cookie("__VCAP_ID__"));
  environment.platform_cookie_name = "__VCAP_ID__";
  CHECK(session::CookieNames(environment).is_router_cookie("__VCAP_ID__"));
  CHECK_FALSE(session::CookieNames(environment).is_router_cookie("__vcap_id__"));
}

}  // namespace router::cookie_names_test
