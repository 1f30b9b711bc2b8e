// examples/agent, as its README starts it.
#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::agent_example_test {

TEST_CASE("example agent: it loads without errors and warnings, and is what its README says") {
  const LoadResult result =
      load({.directory = ROUTER_SOURCE_DIR "/examples/agent", .environment = {{"OIDC_CLIENT_SECRET", "secret"}}});
  CHECK(errors_of(result) == "");
  CHECK(result.issues.count(Severity::warning) == 0);
  CAPTURE(to_text(result.issues));
  REQUIRE(result.configuration);
  const Logout& logout = result.configuration->logout;
  REQUIRE(logout.applications.size() == 2);
  CHECK(logout.applications[0].endpoint == "/log-me-out");
  CHECK(logout.applications[1].name == "orders");
  CHECK(logout.applications[1].destinations == std::vector<std::string>{"orders"});
  CHECK(logout.inspect_body);
  CHECK(logout.always_invalidate);
  CHECK(logout.conditional_urls.size() == 2);
}

}  // namespace router::config::test::agent_example_test
