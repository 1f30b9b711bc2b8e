// Logout where applications of the HTML5 repository have been used (docs/contract/html5.md section 1).
#include <doctest/doctest.h>

#include "e2e/html5_fixture.h"

namespace router::test::html5_logout_test {

using nlohmann::json;

namespace {

json api(const std::string& destination, const json& more = json::object()) {
  json descriptor{
      {"destinations", {{destination, {{"logoutPath", "/bye-of-" + destination}}}}},
      {"routes",
       json::array({{{"source", "^/api/(.*)$"}, {"destination", destination}},
                    {{"source", "^/bye.html$"}, {"service", "html5-apps-repo-rt"}, {"authenticationType", "none"}}})}};
  descriptor.update(more);
  return descriptor;
}

json central() {
  return {{"logout", {{"logoutEndpoint", "/my/logout"}, {"logoutPage", "/bye.html"}}},
          {"destinations", {{"d1", {{"logoutPath", "/central"}}}}},
          {"routes", json::array({{{"source", "^/central-app/(.*)$"}, {"destination", "d1"}}})}};
}

}  // namespace

TEST_CASE(
    "html5 logout: the central endpoint tells the back-ends of the applications that this session used [issue 15]") {
  Html5Fixture fixture(central());
  fixture.repository.add("/app1", api("d2").dump());
  fixture.repository.add("/app2", api("d2", {{"destinations", {{"d2", {{"logoutPath", "/other"}}}}}}).dump());
  Browser used(fixture.router().port());
  CHECK(used.open("/app1/api/x").status() == 200);
  Browser unused(fixture.router().port());
  CHECK(unused.open("/central-app/x").status() == 200);
  CHECK(unused.navigate("/my/logout").status() == 302);
  CHECK(fixture.d1.waits_for("/central", 1));
  CHECK(used.navigate("/my/logout").status() == 302);
  CHECK(fixture.d2.waits_for("/bye-of-d2", 1));
  CHECK(fixture.d1.waits_for("/central", 2));
  CHECK(fixture.d2.count("/other") == 0);
  CHECK(token_user(fixture.d2, "/bye-of-d2") == "alice-sub");
}

TEST_CASE("html5 logout: an application has an endpoint and a page of its own, below its segment [issue 15]") {
  Html5Fixture fixture(central());
  fixture.repository.add("/app1", api("d2").dump());
  fixture.repository.add("/app2",
                         api("d2", {{"logout", {{"logoutEndpoint", "/out"}, {"logoutPage", "end.html"}}}}).dump());
  Browser browser(fixture.router().port());
  CHECK(browser.open("/app1/api/x").status() == 200);
  const auto left = browser.navigate("/app1/my/logout?a=1");
  CHECK(left.status() == 302);
  CHECK(left.field("Location").find("app1%2Fbye.html%3Fa%3D1") != std::string::npos);
  CHECK(fixture.d2.waits_for("/bye-of-d2", 1));
  CHECK(fixture.d1.waits_for("/central", 1));
  CHECK(script_status(browser, "/app1/api/x") == 401);

  // of an application that the session has not used
  Browser other(fixture.router().port());
  CHECK(other.open("/central-app/x").status() == 200);
  CHECK(other.navigate("/app2/out").field("Location").find("app2%2Fend.html") != std::string::npos);
  CHECK(fixture.d2.waits_for("/bye-of-d2", 2));
  CHECK(script_status(other, "/central-app/x") == 401);
}

TEST_CASE("html5 logout: by POST with the token that its endpoint gives, other methods are 405 [issue 15]") {
  Html5Fixture fixture(central());
  fixture.repository.add("/app1", api("d2", {{"logout", {{"logoutMethod", "POST"}}}}).dump());
  Browser browser(fixture.router().port());
  CHECK(browser.open("/app1/api/x").status() == 200);
  CHECK(browser.send("POST", "/app1/my/logout").status() == 403);
  CHECK(browser.navigate("/app1/my/logout").status() == 405);
  const auto token = browser.csrf_token("/app1/my/logout");
  const auto left = browser.send("POST", "/app1/my/logout", {{"x-csrf-token", token}});
  CHECK(left.status() == 200);
  CHECK(left.body.find("app1%2Fbye.html") != std::string::npos);
  CHECK(fixture.d2.waits_for("/bye-of-d2", 1));
}

TEST_CASE("html5 logout: a back-end that both the descriptor and an application name hears once [issue 15]") {
  Html5Fixture fixture(central());
  fixture.repository.add("/app1", api("d1", {{"destinations", {{"d1", {{"logoutPath", "/central"}}}}}}).dump());
  Browser browser(fixture.router().port());
  CHECK(browser.open("/app1/api/x").status() == 200);
  CHECK(browser.navigate("/app1/my/logout").status() == 302);
  CHECK(fixture.d1.waits_for("/central", 1));
  Browser again(fixture.router().port());
  CHECK(again.open("/central-app/x").status() == 200);
  CHECK(again.navigate("/my/logout").status() == 302);
  CHECK(fixture.d1.waits_for("/central", 2));
  CHECK(fixture.d1.count("/central") == 2);
}

TEST_CASE(
    "html5 logout: a logout in a body ends the session while the repository is away, nothing else does [issue 15]") {
  auto descriptor = central();
  descriptor["logout"]["applications"] = {{"", {{"parameter", "log-out"}}}};
  descriptor["logout"]["inspectBody"] = true;
  Html5Fixture fixture(descriptor);
  Browser browser(fixture.router().port());
  CHECK(browser.open("/central-app/x").status() == 200);
  fixture.repository.answer("/app1/xs-app.json", {.status = 500});
  const FieldList form{{"Content-Type", "application/x-www-form-urlencoded"}};
  CHECK(browser.send("POST", "/app1/api/x", form, "a=1").status() == 502);
  CHECK(script_status(browser, "/central-app/x") == 200);
  CHECK(browser.send("POST", "/app1/api/x", form, "a=1&log-out=1").status() == 200);
  CHECK(fixture.d1.waits_for("/central", 1));
  CHECK(script_status(browser, "/central-app/x") == 401);
}

}  // namespace router::test::html5_logout_test
