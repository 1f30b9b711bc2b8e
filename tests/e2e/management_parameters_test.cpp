// What the management port takes for a parameter (docs/contract/operations.md "Management port").
#include <doctest/doctest.h>

#include "e2e/proxy_fixture.h"

namespace router::test::management_parameters_test {

TEST_CASE("management port: a body that calls itself a form is no parameter, one of the URL is [issue 14]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["MANAGEMENT_PORT"] = "0";
  setup.environment["MANAGEMENT_TOKEN"] = "all-of-it-all-of-it";
  const RouterProcess router(setup);
  const auto port = router.port_of("management.listening");
  const auto ask = [&](std::string_view method, std::string_view target, std::string_view body = {}) {
    // as curl sends it
    return test::ask(port, make_request(method, target,
                                        {{"Authorization", "Bearer all-of-it-all-of-it"},
                                         {"Content-Type", "application/x-www-form-urlencoded"}},
                                        body))
        .status();
  };
  constexpr const char* kWish = R"({"level":"info","event":"nothing","minutes":1})";
  CHECK(ask("PUT", "/api/log-level", kWish) == 200);
  CHECK(ask("PUT", "/api/log-level?minutes=1", kWish) == 400);
  CHECK(ask("GET", "/api/sessions?user=a%20b&limit=1") == 200);
  CHECK(ask("GET", "/api/sessions?usr=ada") == 400);
}

}  // namespace router::test::management_parameters_test
