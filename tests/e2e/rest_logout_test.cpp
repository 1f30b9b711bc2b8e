// REST and hosted-login logout against the built router: the calls of "Set Logout Details node" as printed, on
// examples/rest with the demo around it; links of "Logout from Hosted Login".
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "e2e/sign_on_fixture.h"
#include "support/demo_process.h"

namespace router::test::rest_logout_test {
namespace {

using nlohmann::json;

const std::string kAuthenticate =
    "/am/json/realms/root/realms/alpha/authenticate?authIndexType=service&authIndexValue=myJourney";
const std::string kLogout = "/am/json/sessions/?_action=logout";
const std::string kHosted = "/e0a70b4f-1eef-4856-bcdb-f050fee66aae/auth-ui/logout";
const std::string kClient = "a123ef65-83dc-4094-a09a-76e1bec424e7";

std::string read_example(const std::string& name) {
  std::ifstream in(std::string(ROUTER_SOURCE_DIR "/examples/") + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// One call of curl, with what it sends by itself.
RawAnswer call(std::uint16_t port, std::string_view method, const std::string& target, FieldList fields) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost:").append(std::to_string(port));
  request.append("\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n");
  for (const auto& [name, value] : fields) request.append(name).append(": ").append(value).append("\r\n");
  return ask(port, request + "\r\n");
}

struct RestFixture {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router{setup(provider, orders.origin(), invoices.origin())};

  static RouterSetup setup(const StubProvider& provider, const std::string& orders, const std::string& invoices) {
    auto made = sign_on_setup(provider, orders, invoices);
    made.descriptor["am"] = json::parse(read_example("rest/xs-app.json"))["am"];
    made.descriptor["hostedLogin"] = json::parse(read_example("hosted/xs-app.json"))["hostedLogin"];
    return made;
  }
  RawAnswer authenticate(std::string_view password = "secret") {
    return call(router.port(), "POST", kAuthenticate,
                {{"X-OpenAM-Username", "bjensen"}, {"X-OpenAM-Password", password}});
  }
  std::string token() { return json::parse(authenticate().body).value("tokenId", ""); }
};

}  // namespace

TEST_CASE("rest: the two calls of the document, as printed, against the example and the demo") {
  const DemoProcess demo("http://localhost:5000");
  RouterSetup setup;
  setup.descriptor_text = read_example("rest/xs-app.json");
  setup.environment = {{"OIDC_ISSUER", demo.value("issuer")},
                       {"OIDC_CLIENT_ID", demo.value("client_id")},
                       {"OIDC_CLIENT_SECRET", demo.value("client_secret")}};
  setup.add_destination("orders", demo.value("orders"), {{"forwardAuthToken", true}});
  setup.add_destination("invoices", demo.value("invoices"), {{"forwardAuthToken", true}});
  RouterProcess router(setup);

  const auto login = call(router.port(), "POST", kAuthenticate,
                          {{"X-OpenAM-Username", "bjensen"},
                           {"X-OpenAM-Password", "Ch4ng3it!"},
                           {"Accept-API-Version", "resource=2.1, protocol=1.0"}});
  CHECK(login.status() == 200);
  const auto answer = json::parse(login.body);
  CHECK(answer["successUrl"] == "/am/console");
  CHECK(answer["realm"] == "/alpha");
  const std::string token = answer["tokenId"];

  const auto page = call(router.port(), "GET", "/orders/", {{"iPlanetDirectoryPro", token}});
  CHECK(page.body.find("data-user=\"bjensen\"") != std::string::npos);

  const auto logout = call(router.port(), "POST", kLogout,
                           {{"Content-Type", "application/json"},
                            {"Accept-API-Version", "resource=3.1, protocol=1.0"},
                            {"iPlanetDirectoryPro", token}});
  CHECK(logout.status() == 200);
  CHECK(json::parse(logout.body) == json{{"result", "Successfully logged out"}, {"clear_all_caches", "true"}});
  CHECK(call(router.port(), "GET", "/orders/", {{"iPlanetDirectoryPro", token}}).status() == 401);
  const auto both_were_told = [&] {
    const auto calls = call(router.port(), "GET", "/logouts.json", {}).body;
    return calls.find("\"orders\"") != std::string::npos && calls.find("\"invoices\"") != std::string::npos &&
           calls.find("bjensen") != std::string::npos;
  };
  CHECK(eventually(both_were_told));
}

TEST_CASE("rest: the token is the session, as header and as cookie, and no back-end sees it") {
  RestFixture fixture;
  const auto token = fixture.token();
  REQUIRE(token.size() == 43);
  const auto port = fixture.router.port();
  CHECK(call(port, "GET", "/orders/header", {{"iPlanetDirectoryPro", token}}).status() == 200);
  CHECK(call(port, "GET", "/orders/cookie", {{"Cookie", "a=b; iPlanetDirectoryPro=" + token}}).status() == 200);
  CHECK(call(port, "GET", "/orders/none", {{"X-Requested-With", "x"}}).status() == 401);
  CHECK(call(port, "GET", "/orders/wrong", {{"iPlanetDirectoryPro", "AQIC5w"}}).status() == 401);
  for (const char* path : {"/orders/header", "/orders/cookie"}) {
    const auto seen = fixture.orders.requests_to(path).at(0);
    CHECK_FALSE(seen.has("iPlanetDirectoryPro"));
    CHECK(seen.field("Authorization").starts_with("Bearer ey"));
    CHECK(seen.field("Cookie").find(token) == std::string::npos);
  }
  // a POST to a protected route wants the CSRF token from REST clients, too
  CHECK(call(port, "POST", "/orders/post", {{"iPlanetDirectoryPro", token}, {"Content-Length", "0"}}).status() == 403);
}

TEST_CASE("rest: a logout ends what the browser's would; again it has expired") {
  RestFixture fixture;
  const auto token = fixture.token();
  const auto port = fixture.router.port();
  const auto first = call(port, "POST", kLogout, {{"iPlanetDirectoryPro", token}});
  CHECK(first.status() == 200);
  CHECK(first.has("x-logout-id"));
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK(fixture.invoices.waits_for("/sign-out", 1));
  CHECK(call(port, "POST", kLogout, {{"iPlanetDirectoryPro", token}}).body == R"({"result":"Token has expired"})");
  CHECK(call(port, "POST", kLogout, {}).status() == 401);
  CHECK(eventually([&] { return fixture.provider.count("/revoke") == 2; }));
}

TEST_CASE("rest: callbacks come and go; wrong passwords are slowed down") {
  RestFixture fixture;
  const auto port = fixture.router.port();
  auto callbacks = json::parse(call(port, "POST", kAuthenticate, {{"Content-Length", "0"}}).body);
  callbacks["callbacks"][0]["input"][0]["value"] = "bjensen";
  callbacks["callbacks"][1]["input"][0]["value"] = "secret";
  const auto filled = callbacks.dump();
  const auto login = ask(port, make_request("POST", kAuthenticate, {{"Content-Type", "application/json"}}, filled));
  CHECK(login.status() == 200);
  CHECK(json::parse(login.body).contains("tokenId"));
  for (int i = 0; i < 5; ++i) CHECK(fixture.authenticate("wrong").status() == 401);
  const auto slowed = fixture.authenticate("wrong");
  CHECK(slowed.status() == 429);
  CHECK(slowed.has("Retry-After"));
  CHECK(fixture.authenticate("secret").status() == 429);
}

TEST_CASE("rest: endSession ends the session of the id token that a back-end could show") {
  RestFixture fixture;
  Browser browser(fixture.router.port());
  browser.open("/orders/start");
  const auto location = browser.navigate("/my/logout").field("Location");
  const auto at = location.find("id_token_hint=") + 14;
  const std::string hint = location.substr(at, location.find('&', at) - at);
  // the session of that hint is over; the hint is as good as before
  CHECK(call(fixture.router.port(), "GET", "/oauth2/connect/endSession?id_token_hint=" + hint, {}).status() == 204);
  const std::string wanted =
      "/am/oauth2/connect/"
      "endSession?state=a&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A5000%2Flogouts&id_token_hint=";
  const auto redirected = call(fixture.router.port(), "GET", wanted + hint, {});
  CHECK(redirected.status() == 302);
  CHECK(redirected.field("Location") == "http://localhost:5000/logouts?state=a");
  CHECK(call(fixture.router.port(), "GET", wanted + hint + "x", {}).status() == 400);
}

TEST_CASE("hosted: a link signs the browser out and leads on; wrong ones change nothing") {
  RestFixture fixture;
  Browser browser(fixture.router.port());
  browser.open("/orders/start");
  const auto before = browser;
  const auto is_signed_in = [&] {
    auto copy = before;
    return copy.get("/orders/still", {{"X-Requested-With", "x"}}).status() == 200;
  };
  CHECK(browser.navigate(kHosted).body.find("Bad request") != std::string::npos);
  CHECK(browser.navigate(kHosted + "?client_id=x").body.find("Something went wrong") != std::string::npos);
  CHECK(browser.navigate(kHosted + "?client_id=" + kClient + "&redirect_uri=https://evil.example").status() == 400);
  CHECK(is_signed_in());
  const auto answer = browser.navigate(kHosted + "?client_id=" + kClient +
                                       "&redirect_uri=https://identitydocs.akamai.com/logout&state=87651431");
  CHECK(answer.status() == 302);
  CHECK(answer.field("Location") == "https://identitydocs.akamai.com/logout?state=87651431");
  CHECK_FALSE(browser.has_session());
  CHECK_FALSE(is_signed_in());
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK(browser.navigate(kHosted + "?client_id=" + kClient).body.find("Logout Success") != std::string::npos);
  CHECK(fixture.provider.count("/revoke") == 0);

  const auto revoked =
      ask(fixture.router.port(),
          make_request("POST", "/e0a70b4f-1eef-4856-bcdb-f050fee66aae/token/revoke",
                       {{"Content-Type", "application/x-www-form-urlencoded"}}, "token=abc&client_id=" + kClient));
  CHECK(revoked.status() == 200);
  CHECK(fixture.provider.calls("/revoke").at(0).parameter("token") == "abc");
}

}  // namespace router::test::rest_logout_test
