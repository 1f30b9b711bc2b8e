// Who the user is and which token goes where: basic, service callers, several providers, tenants
// (docs/contract/descriptor.md "Identity", "Session").
#include <doctest/doctest.h>

#include <vector>

#include "e2e/xsuaa_fixture.h"

namespace router::test::identity_test {

using nlohmann::json;
using Routes = std::vector<json>;

TEST_CASE("basic: without credentials a challenge, with wrong ones the same, with the right ones a session") {
  XsuaaFixture fixture(Routes{route("basic", "basic")});
  Browser browser(fixture.router.port());
  const auto asked = browser.get("/basic/x");
  CHECK(asked.status() == 401);
  CHECK(asked.field("WWW-Authenticate") == "Basic realm=\"Application\", charset=\"UTF-8\"");
  CHECK(asked.field("Set-Cookie").empty());
  const auto wrong = browser.get("/basic/x", {{"Authorization", kWrong}});
  CHECK(wrong.status() == 401);
  CHECK(wrong.field("WWW-Authenticate").starts_with("Basic "));
  CHECK(fixture.app.requests().empty());

  const auto right = browser.get("/basic/x", {{"Authorization", kAda}});
  CHECK(right.status() == 200);
  CHECK(browser.has_session());
  CHECK(token_user(fixture.app, "/basic/x") == "ada-sub");
  // the session goes on without them
  CHECK(browser.get("/basic/again").status() == 200);
  CHECK(fixture.provider.grants("password") == 2);
  CHECK_FALSE(fixture.router.logs("secret", milliseconds(0)));
}

TEST_CASE(
    "basic: an application that was left wants the password again, and takes it beside the old cookie "
    "[S12]") {
  const StubProvider provider;
  const RecordingBackend app;
  auto setup = setup_with(app, {{"xsuaa", binding("uaa", provider.credentials())}});
  setup.add_route(route("basic", "basic"));
  setup.descriptor["logout"] = {{"applications", {{"app", {{"parameter", "log-out"}, {"page", "/bye"}}}}}};
  const RouterProcess router(setup);
  Browser browser(router.port());
  CHECK(browser.get("/basic/x", {{"Authorization", kAda}}).status() == 200);
  const auto before = browser.cookie("JSESSIONID");
  CHECK(browser.get("/basic/x?log-out").status() == 302);
  const auto challenged = browser.get("/basic/y");
  CHECK(challenged.status() == 401);
  CHECK(challenged.field("WWW-Authenticate").starts_with("Basic "));
  CHECK(browser.get("/basic/y", {{"Authorization", kWrong}}).has("WWW-Authenticate"));
  CHECK(browser.get("/basic/y", {{"Authorization", kAda}}).status() == 200);
  CHECK(browser.cookie("JSESSIONID") != before);
  CHECK(browser.get("/basic/again").status() == 200);
  CHECK(app.count("/basic/y") == 1);
}

TEST_CASE("basic: a form needs the CSRF token as in any session") {
  XsuaaFixture fixture(Routes{route("basic", "basic")});
  Browser browser(fixture.router.port());
  const auto refused = browser.send("POST", "/basic/x", {{"Authorization", kAda}}, "a=b");
  CHECK(refused.status() == 403);
  CHECK(refused.field("x-csrf-token") == "Required");
  const auto fetched = browser.get("/basic/x", {{"x-csrf-token", "fetch"}});
  CHECK(browser.send("POST", "/basic/x", {{"x-csrf-token", fetched.field("x-csrf-token")}}, "a=b").status() == 200);
}

TEST_CASE("basic: five wrong passwords a minute, then 429 with Retry-After, for that user alone") {
  XsuaaFixture fixture(Routes{route("basic", "basic")});
  Browser browser(fixture.router.port());
  for (int i = 0; i < 5; ++i) CHECK(browser.get("/basic/x", {{"Authorization", kWrong}}).status() == 401);
  const auto refused = browser.get("/basic/x", {{"Authorization", kAda}});
  CHECK(refused.status() == 429);
  CHECK_FALSE(refused.field("Retry-After").empty());
  CHECK(browser.get("/basic/x", {{"Authorization", "Basic Ym9iOnNlY3JldA=="}}).status() == 200);
  CHECK(fixture.provider.grants("password") == 6);
}

TEST_CASE("basic: an OpenID provider takes passwords too; one that is down is 502, no challenge") {
  StubProvider provider;
  RecordingBackend app;
  auto setup = setup_with(app, {{"oidc", binding("staff", provider.credentials())}});
  setup.add_route(route("basic", "basic"));
  RouterProcess router(setup);
  Browser browser(router.port());
  CHECK(browser.get("/basic/x", {{"Authorization", kAda}}).status() == 200);
  provider.behave({.token_status = 500});
  Browser other(router.port());
  const auto answer = other.get("/basic/x", {{"Authorization", kAda}});
  CHECK(answer.status() == 502);
  CHECK(answer.field("WWW-Authenticate").empty());
}

TEST_CASE("caller: a bearer token is verified and goes to the back-end; no session, no cookie, no CSRF token") {
  XsuaaFixture fixture(Routes{route("app", "xsuaa"), route("public", "none")});
  Browser browser(fixture.router.port());
  fixture.provider.behave({.user = "robot"});
  const std::string bearer = "Bearer " + fixture.provider.access_token();
  const auto answer = browser.send("POST", "/app/x", {{kCaller, bearer}}, "a=b");
  CHECK(answer.status() == 200);
  CHECK(answer.field("Set-Cookie").empty());
  CHECK(token_user(fixture.app, "/app/x") == "robot-sub");
  CHECK(fixture.app.requests_to("/app/x").at(0).field(kCaller).empty());

  browser.get("/public/x", {{kCaller, bearer}});
  CHECK(fixture.app.requests_to("/public/x").at(0).field(kCaller).empty());
  CHECK(fixture.app.requests_to("/public/x").at(0).field("Authorization").empty());
}

TEST_CASE("caller: bad tokens are 401, never a redirect") {
  XsuaaFixture fixture(Routes{route("app", "xsuaa")});
  Browser browser(fixture.router.port());
  const auto token = fixture.provider.access_token();
  const std::string rows[] = {"Bearer abc",
                              "Bearer " + token + "x",
                              "Bearer " + fixture.provider.access_token({{"exp", 1}}),
                              "Bearer " + fixture.provider.access_token({{"cid", "another"}, {"aud", "another"}}),
                              "Digest abc",
                              token,
                              kWrong};
  for (const auto& row : rows) {
    CAPTURE(row);
    CHECK(browser.get("/app/x", {{kCaller, row}, {"Accept", "text/html"}}).status() == 401);
  }
  CHECK(browser.get("/app/x", {{kCaller, "Bearer " + token}, {kCaller, "Bearer " + token}}).status() == 400);
  CHECK(fixture.app.requests().empty());
}

TEST_CASE("caller: user and password become a token; scopes of the route apply") {
  XsuaaFixture fixture(Routes{route("app", "xsuaa"), route("admin", "xsuaa", {{"scope", "$XSAPPNAME.admin"}})});
  Browser browser(fixture.router.port());
  CHECK(browser.get("/app/x", {{kCaller, kAda}}).status() == 200);
  CHECK(token_user(fixture.app, "/app/x") == "ada-sub");
  CHECK(browser.get("/admin/x", {{kCaller, kAda}}).status() == 403);
  fixture.provider.behave({.scope = "openid app.admin"});
  CHECK(browser.get("/admin/x", {{kCaller, kAda}}).status() == 200);
  CHECK(browser.cookies().empty());
}

TEST_CASE("caller: it beats the cookie, and the session goes on untouched") {
  XsuaaFixture fixture(Routes{route("app", "xsuaa")});
  Browser browser(fixture.router.port());
  browser.open("/app/start");
  REQUIRE(browser.has_session());
  CHECK(token_user(fixture.app, "/app/start") == "alice-sub");
  fixture.provider.behave({.user = "robot"});
  browser.get("/app/x", {{kCaller, "Bearer " + fixture.provider.access_token()}});
  CHECK(token_user(fixture.app, "/app/x") == "robot-sub");
  CHECK(browser.get("/app/x", {{kCaller, "Bearer junk"}}).status() == 401);
  CHECK(browser.get("/app/y").status() == 200);
  CHECK(token_user(fixture.app, "/app/y") == "alice-sub");
}

TEST_CASE("identity provider: xsuaa is told with idp which one, sap_idp wins where the route allows it [issue 15]") {
  XsuaaFixture fixture(
      Routes{route("fixed", "xsuaa", {{"identityProvider", "patients"}}),
             route("dynamic", "xsuaa", {{"identityProvider", "patients"}, {"dynamicIdentityProvider", true}})});
  Browser browser(fixture.router.port());
  const auto hint = [&](const char* path) {
    const auto location = browser.navigate(path).field("Location");
    const auto at = location.find("&idp=");
    return at == std::string::npos ? "" : location.substr(at + 5, location.find('&', at + 1) - at - 5);
  };
  using Targets = std::vector<std::string>;
  const auto targets = [&](const char* path) {
    Targets found;
    for (const auto& request : fixture.app.requests_to(path)) found.emplace_back(request.target());
    return found;
  };
  CHECK(hint("/fixed/x") == "patients");
  CHECK(hint("/fixed/x?sap_idp=hospital") == "patients");
  CHECK(hint("/dynamic/x?sap_idp=hospital") == "hospital");
  // a chain
  CHECK(hint("/dynamic/x?sap_idp=sap.custom,local") == "sap.custom%2Clocal");
  CHECK(browser.navigate("/dynamic/x?sap_idp=a%0Ab").status() == 400);
  // a session is a session, whichever of them it came from
  CHECK(browser.open("/fixed/x").status() == 200);
  CHECK(browser.open("/dynamic/x?sap_idp=hospital").status() == 200);
  CHECK(fixture.provider.grants("authorization_code") == 1);
  // what the choice is for is no business of the back-end, where the route leaves it to the user
  CHECK(browser.get("/dynamic/y?a=1&sap_idp=hospital&b=2").status() == 200);
  CHECK(targets("/dynamic/y") == Targets{"/dynamic/y?a=1&b=2"});
  CHECK(browser.get("/fixed/y?sap_idp=hospital").status() == 200);
  CHECK(targets("/fixed/y") == Targets{"/fixed/y?sap_idp=hospital"});
}

TEST_CASE(
    "identity: who comes with x-approuter-access-token alone is told 401, and it reaches no back-end [issue 15]") {
  XsuaaFixture fixture(Routes{route("app", "xsuaa"), route("open", "none")});
  Browser browser(fixture.router.port());
  CHECK(browser.navigate("/app/x").status() == 302);
  const FieldList as_page{
      {"Accept", "text/html"}, {"Sec-Fetch-Mode", "navigate"}, {"x-approuter-access-token", "weak"}};
  CHECK(browser.get("/app/x", as_page).status() == 401);
  CHECK(browser.get("/open/x", {{"x-approuter-access-token", "weak"}}).status() == 200);
  CHECK(fixture.app.requests_to("/open/x").at(0).field("x-approuter-access-token").empty());
}

TEST_CASE("identity provider: DYNAMIC_IDENTITY_PROVIDER holds for every route; ias is told with idp") {
  StubProvider provider;
  RecordingBackend app;
  auto setup = setup_with(app, {{"identity", binding("ias", provider.credentials())}});
  setup.environment["DYNAMIC_IDENTITY_PROVIDER"] = "true";
  setup.add_route(route("app", "ias", {{"identityProvider", "corporate"}}));
  RouterProcess router(setup);
  Browser browser(router.port());
  const auto location = browser.navigate("/app/x").field("Location");
  CHECK(location.find("&idp=corporate") != std::string::npos);
  CHECK(location.find("authType%3Dias") != std::string::npos);
  CHECK(browser.navigate("/app/x?sap_idp=other").field("Location").find("&idp=other") != std::string::npos);
  CHECK(browser.open("/app/x").status() == 200);
}

TEST_CASE("identity provider: several OpenID providers by name, each for its routes") {
  StubProvider staff;
  StubProvider guests;
  RecordingBackend app;
  auto both = binding("staff", staff.credentials());
  both.push_back(binding("guests", guests.credentials())[0]);
  auto setup = setup_with(app, {{"oidc", both}});
  setup.add_route(route("staff", "oidc", {{"identityProvider", "staff"}}));
  setup.add_route(route("guests", "oidc", {{"identityProvider", "guests"}}));
  setup.add_route(route("any", "oidc", {{"dynamicIdentityProvider", true}}));
  RouterProcess router(setup);
  guests.behave({.user = "gina"});
  Browser browser(router.port());
  CHECK(browser.open("/staff/x").status() == 200);
  CHECK(token_user(app, "/staff/x") == "alice-sub");
  // a session at one is none at the other: a script is told so, a page logs in there
  CHECK(browser.get("/guests/x", {{"X-Requested-With", "XMLHttpRequest"}}).status() == 401);
  CHECK(browser.open("/guests/x").status() == 200);
  CHECK(token_user(app, "/guests/x") == "gina-sub");
  // the user's choice, and whichever it was afterwards
  CHECK(browser.open("/any/x").status() == 200);
  CHECK(token_user(app, "/any/x") == "gina-sub");
  CHECK(browser.open("/any/x?sap_idp=staff").status() == 200);
  CHECK(token_user(app, "/any/x") == "alice-sub");
  CHECK(browser.navigate("/any/x?sap_idp=nobody").status() == 400);
}

TEST_CASE("identity provider: xsuaa, ias and public routes in one descriptor, each with its own token or none") {
  StubProvider uaa;
  StubProvider ias;
  RecordingBackend app;
  auto setup =
      setup_with(app, {{"xsuaa", binding("uaa", uaa.credentials())}, {"identity", binding("ias", ias.credentials())}});
  setup.add_destination("plain", app.origin());
  setup.add_route(route("one", "xsuaa"));
  setup.add_route(route("two", "ias"));
  setup.add_route(route("open", "none"));
  setup.add_route(route("plain", "xsuaa", {{"destination", "plain"}}));
  RouterProcess router(setup);
  ias.behave({.user = "ian"});
  Browser browser(router.port());
  CHECK(browser.open("/one/x").status() == 200);
  CHECK(token_user(app, "/one/x") == "alice-sub");
  CHECK(browser.open("/plain/x").status() == 200);
  CHECK(token_user(app, "/plain/x") == "");
  CHECK(browser.open("/open/x").status() == 200);
  CHECK(token_user(app, "/open/x") == "");
  CHECK(browser.open("/two/x").status() == 200);
  CHECK(token_user(app, "/two/x") == "ian-sub");
  CHECK(browser.open("/one/y").status() == 200);
  CHECK(token_user(app, "/one/y") == "alice-sub");
}

TEST_CASE("tenant: the host says which; a cookie of one tenant is no session on another's host") {
  // the first label of the loopback address stands for the subdomain: no other name resolves in a test
  XsuaaFixture fixture(Routes{route("app", "xsuaa"), route("public", "none")}, json::object(),
                       {{"TENANT_HOST_PATTERN", "^(.*)\\.app\\.example"}}, {{"identityzone", "127"}});
  Browser browser(fixture.router.port());
  const auto ask = [&](const std::string& host, const std::string& path) {
    return browser.get(path, {{"Host", host}, {"Accept", "text/html"}});
  };
  CHECK(ask("acme.app.example", "/app/x").field("Location").starts_with("http://acme.0.0.1:"));
  // a host that names no tenant is the binding's own subaccount's [K10]
  for (const char* other : {"elsewhere.example", "a.b.app.example", "elsewhere.example:4711"}) {
    CHECK(ask(other, "/app/x").field("Location").starts_with("http://127.0.0.1:"));
  }
  CHECK(ask("acme.app.example:4711", "/app/x").field("Location").starts_with("http://acme.0.0.1:"));
  CHECK(ask("elsewhere.example", "/public/x").status() == 200);

  fixture.provider.behave({.subdomain = "127"});
  const auto start = ask("127.app.example", "/app/x");
  const auto callback = Browser::path_of(Browser::location_from(start.field("Location")));
  CHECK(ask("127.app.example", callback).status() == 302);
  REQUIRE(browser.has_session());
  CHECK(ask("127.app.example", "/app/x").status() == 200);
  CHECK(ask("acme.app.example", "/app/x").status() == 302);
  const std::string token = "Bearer " + fixture.provider.access_token();
  CHECK(browser.get("/app/x", {{"Host", "127.app.example"}, {kCaller, token}}).status() == 200);
  CHECK(browser.get("/app/x", {{"Host", "acme.app.example"}, {kCaller, token}}).status() == 401);
}

TEST_CASE("tenant: on a host that names none, a login at the binding's own subaccount makes a session [K10]") {
  XsuaaFixture fixture(Routes{route("app", "xsuaa")}, json::object(),
                       {{"TENANT_HOST_PATTERN", "^(.*)\\.app\\.example$"}}, {{"identityzone", "127"}});
  fixture.provider.behave({.subdomain = "127"});
  Browser browser(fixture.router.port());
  const auto ask = [&](const std::string& host, const std::string& path) {
    return browser.get(path, {{"Host", host}, {"Accept", "text/html"}});
  };
  const auto start = ask("elsewhere.example", "/app/x");
  REQUIRE(start.status() == 302);
  const auto callback = Browser::path_of(Browser::location_from(start.field("Location")));
  CHECK(ask("elsewhere.example", callback).status() == 302);
  REQUIRE(browser.has_session());
  CHECK(ask("elsewhere.example", "/app/x").status() == 200);
  CHECK(ask("acme.app.example", "/app/x").status() == 302);  // another tenant's
  const std::string own = "Bearer " + fixture.provider.access_token();
  fixture.provider.behave({.subdomain = "acme"});
  const std::string foreign = "Bearer " + fixture.provider.access_token();
  CHECK(browser.get("/app/x", {{"Host", "elsewhere.example"}, {kCaller, own}}).status() == 200);
  CHECK(browser.get("/app/x", {{"Host", "elsewhere.example"}, {kCaller, foreign}}).status() == 401);
}

TEST_CASE("tenant: a token of another tenant makes no login") {
  XsuaaFixture fixture(Routes{route("app", "xsuaa")}, json::object(),
                       {{"TENANT_HOST_PATTERN", "^(.*)\\.app\\.example"}}, {{"identityzone", "127"}});
  fixture.provider.behave({.subdomain = "other"});
  Browser browser(fixture.router.port());
  const FieldList host{{"Host", "127.app.example"}, {"Accept", "text/html"}};
  const auto start = browser.get("/app/x", host);
  const auto callback = Browser::path_of(Browser::location_from(start.field("Location")));
  CHECK(browser.get(callback, host).status() / 100 == 4);
  CHECK_FALSE(browser.has_session());
}

}  // namespace router::test::identity_test
