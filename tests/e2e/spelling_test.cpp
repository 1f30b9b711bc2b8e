// Directories as people write them, against the built router: each spelling that is taken does what was
// meant, and none leads to a 5xx later.
#include <doctest/doctest.h>

#include "e2e/proxy_fixture.h"
#include "e2e/sign_on_fixture.h"

namespace router::test::spelling_test {
namespace {

using nlohmann::json;

RawAnswer get(const RouterProcess& router, const std::string& path, FieldList fields = {}) {
  return ask(router.port(), make_request("GET", path, fields));
}

}  // namespace

TEST_CASE("spelling: endpoints without their slash answer at the path with it, the whole logout long [K11]") {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  auto setup = sign_on_setup(provider, orders.origin(), invoices.origin());
  setup.descriptor["login"] = {{"callbackEndpoint", "sign/in"}};
  setup.descriptor["logout"] = {{"logoutEndpoint", "my/logout"},
                                {"logoutPage", "./bye.html"},
                                {"backChannelLogoutEndpoint", "my/back-channel"},
                                {"frontChannelLogoutEndpoint", " /my/front-channel"}};
  setup.descriptor["destinations"] = {{"orders", {{"logoutPath", "sign-out"}}},
                                      {"invoices", {{"logoutPath", "./sign-out?x=1"}, {"logoutMethod", "GET"}}}};
  RouterProcess router(setup);
  Browser browser(router.port());
  CHECK(browser.open("/orders/start").status() == 200);
  CHECK(ask(router.port(), make_request("POST", "/my/back-channel")).status() == 400);
  const auto last = browser.open("/my/logout?siteId=3");
  CHECK(last.status() == 200);
  CHECK(last.body.find("Bye") != std::string::npos);
  CHECK(orders.waits_for("/sign-out", 1));
  CHECK(invoices.waits_for("/sign-out", 1));
  CHECK(invoices.requests_to("/sign-out").at(0).target() == "/sign-out?x=1");
  CHECK(get(router, "/my/front-channel").status() / 100 != 5);
}

TEST_CASE("spelling: welcome files and error pages with dots, blanks and slashes are found [K11]") {
  struct Row {
    const char* welcome;
    const char* location;
  };
  for (const Row& row : {Row{"./start.html", "/start.html"}, Row{"/start.html ", "/start.html"},
                         Row{" start.html", "/start.html"}, Row{"my start.html", "/my%20start.html"}}) {
    CAPTURE(row.welcome);
    RouterSetup setup;
    setup.files["web/start.html"] = "START";
    setup.files["web/my start.html"] = "START";
    setup.files["web/404.html"] = "NOTHING";
    setup.descriptor["welcomeFile"] = row.welcome;
    setup.descriptor["errorPage"] = {{{"status", 404}, {"file", "/web/404.html"}}};
    setup.add_route({{"source", "^/(.*)$"}, {"target", "$1"}, {"localDir", "/web"}, {"authenticationType", "none"}});
    RouterProcess router(setup);
    const auto welcomed = get(router, "/?q=1");
    CHECK(welcomed.status() == 302);
    const auto location = Browser::path_of(welcomed.field("Location"));
    CHECK(location == std::string(row.location) + "?q=1");
    CHECK(get(router, location).body == "START");
    CHECK(get(router, "/", {{"x-csrf-token", "fetch"}}).body == "START");
    CHECK(get(router, "/nothing", {{"Accept", "text/html"}}).body == "NOTHING");
    CHECK(router.logs("expected \"web\"; it is taken so"));
  }
}

TEST_CASE("spelling: a group that is not there stays as it is, on the way to the back-end [K11]") {
  RecordingBackend backend;
  RouterSetup setup;
  setup.add_destination("app", backend.origin());
  const auto add = [&](const char* source, const char* target) {
    setup.add_route({{"source", source}, {"target", target}, {"destination", "app"}, {"authenticationType", "none"}});
  };
  add("^/app", "$1");
  add("^/two/(.*)$", "/x/$2/$1");
  add("^/blank/(.*)$", " /a b/$1");
  RouterProcess router(setup);
  const auto reached = [&](const std::string& path) {
    CHECK(get(router, path).status() == 200);
    return backend.requests().back().target();
  };
  CHECK(reached("/app") == "/$1");
  CHECK(reached("/app/x?y=1") == "/$1/x?y=1");
  CHECK(reached("/two/z") == "/x/$2/z");
  CHECK(reached("/blank/z") == "/a%20b/z");
}

TEST_CASE("spelling: destinations of any name and with doubtful URLs are called, without credentials [K11]") {
  RecordingBackend backend;
  const auto port = std::to_string(backend.port());
  struct Row {
    const char* name;
    std::string url;
    const char* reached;
  };
  for (const Row& row :
       {Row{"a b", "http://127.0.0.1:" + port, "/x?y=2"}, Row{"a/b", "http://127.0.0.1:" + port, "/x?y=2"},
        Row{"a$b", "http://127.0.0.1:" + port, "/x?y=2"}, Row{"\xC3\xA4", "http://127.0.0.1:" + port, "/x?y=2"},
        Row{"app", "http://u:hush@127.0.0.1:" + port, "/x?y=2"},
        Row{"app", " http://127.0.0.1:" + port + "/base ", "/base/x?y=2"},
        Row{"app", "http://127.0.0.1:" + port + "/a b", "/a%20b/x?y=2"},
        Row{"app", "http:/127.0.0.1:" + port + "/base", "/base/x?y=2"},
        Row{"app", "http://127.0.0.1:" + port + "/base?z=1", "/base/x?z=1&y=2"},
        Row{"app", "http://127.0.0.1:" + port + "#top", "/x?y=2"}}) {
    CAPTURE(row.name);
    CAPTURE(row.url);
    RouterSetup setup;
    setup.add_destination(row.name, row.url);
    setup.add_route(
        {{"source", "^/b/(.*)$"}, {"target", "/$1"}, {"destination", row.name}, {"authenticationType", "none"}});
    RouterProcess router(setup);
    CHECK(get(router, "/b/x?y=2").status() == 200);
    REQUIRE_FALSE(backend.requests().empty());
    const auto request = backend.requests().back();
    CHECK(request.target() == row.reached);
    CHECK_FALSE(request.has("Authorization"));
    CHECK(router.log().find("hush") == std::string::npos);
  }
}

TEST_CASE("spelling: destinations as the destination service spells them are called [K12]") {
  RecordingBackend backend;
  RouterSetup setup;
  setup.environment["destinations"] = json::array({{{"Name", "app"},
                                                    {"URL", backend.origin()},
                                                    {"Type", "HTTP"},
                                                    {"ProxyType", "Internet"},
                                                    {"sap-client", "100"},
                                                    {"Authentication", "BasicAuthentication"},
                                                    {"User", "u"},
                                                    {"Password", "hush"}}})
                                          .dump();
  setup.add_public_route("app");
  RouterProcess router(setup);
  CHECK(get(router, "/app/x").status() == 200);
  CHECK(backend.requests().back().field("sap-client") == "100");
  CHECK_FALSE(backend.requests().back().has("Authorization"));
  CHECK(router.log().find("hush") == std::string::npos);
}

TEST_CASE("spelling: an allowed origin that is a string allows that origin, and no other [K11]") {
  RecordingBackend backend;
  for (const json& allowed : {json::array({"https://app.example.com"}), json("https://app.example.com")}) {
    CAPTURE(allowed.dump());
    auto setup = setup_for(backend.origin());
    setup.descriptor["cors"] = {{{"uriPattern", "^/app/(.*)$"}, {"allowedOrigin", allowed}}};
    RouterProcess router(setup);
    const auto good = get(router, "/app/x", {{"Origin", "https://app.example.com"}});
    CHECK(good.status() == 200);
    CHECK(good.field("Access-Control-Allow-Origin") == "https://app.example.com");
    CHECK(get(router, "/app/x", {{"Origin", "https://evil.example.org"}}).status() == 403);
  }
}

TEST_CASE("spelling: $xsappname guards a route with an xsuaa binding and without one [K11]") {
  StubProvider provider;
  RecordingBackend orders;
  auto setup = sign_on_setup(provider, orders.origin(), orders.origin());
  setup.add_route({{"source", "^/guarded/(.*)$"},
                   {"destination", "orders"},
                   {"authenticationType", "oidc"},
                   {"scope", "$xsappname.x"}});
  RouterProcess router(setup);
  Browser browser(router.port());
  browser.open("/orders/start");
  CHECK(browser.get("/guarded/x").status() == 403);  // nobody has it, as there is no xsappname
}

TEST_CASE("spelling: a broken binding that nothing needs does not stop the start [K13]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["VCAP_SERVICES"] =
      R"({"xsuaa":[{"name":"u","credentials":{"clientid":"c","clientsecret":"hush"}}]})";
  setup.files["package.json"] = R"({"scripts":{"start":"node server.js"}})";
  RouterProcess router(setup);
  CHECK(get(router, "/app/x").status() == 200);
  CHECK(router.logs("nothing here uses the service, so it is left out"));
  CHECK(router.logs("a start script that runs \"server.js\""));  // [K16]
  CHECK(router.log().find("hush") == std::string::npos);
}

TEST_CASE("check: says nothing about a good directory, and ends with 1 where --strict asks for more [K15]") {
  StubProvider provider;
  auto setup = sign_on_setup(provider, "http://127.0.0.1:1", "http://127.0.0.1:2");
  const auto usual = run_to_end(setup, {"check"});
  CHECK(usual.exit_code == 0);
  CHECK(usual.output == "");
  const auto strict = run_to_end(setup, {"check", "--strict"});
  CHECK(strict.exit_code == 1);
  CHECK(strict.output.find("ALLOWED_HOSTS") != std::string::npos);
  setup.environment["ALLOWED_HOSTS"] = "127.0.0.1";
  CHECK(run_to_end(setup, {"check", "--strict"}).exit_code == 0);
  const auto help = run_to_end(setup, {"check", "--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.output.find("--strict") != std::string::npos);
}

}  // namespace router::test::spelling_test
