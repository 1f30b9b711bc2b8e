// Tokens of strangers and tokens of our own: what they cost, what they are good for, whose they are, how long they count.
#include <doctest/doctest.h>

#include <algorithm>

#include "e2e/sign_on_fixture.h"
#include "support/hostile_json.h"

namespace router::test::tokens_test {
namespace {

using nlohmann::json;

constexpr const char* kBearerField = "x-approuter-authorization";
constexpr const char* kRestLogin = "/json/realms/root/realms/alpha/authenticate";
const FieldList kFormFields{{"Content-Type", "application/x-www-form-urlencoded"}};

// Two clients of one issuer (the stub takes any), REST and hosted login, every endpoint that reads a stranger's JSON.
RouterSetup open_doors(const StubProvider& provider, const std::string& orders, const std::string& invoices) {
  auto setup = sign_on_setup(provider, orders, invoices);
  setup.environment.erase("OIDC_ISSUER");
  setup.environment.erase("OIDC_CLIENT_ID");
  setup.environment.erase("OIDC_CLIENT_SECRET");
  auto second = provider.credentials();
  second["clientid"] = "second-client";
  setup.environment["VCAP_SERVICES"] = json{{"oidc",
                                             {{{"name", "first"}, {"credentials", provider.credentials()}},
                                              {{"name", "second"}, {"credentials", second}}}}}
                                           .dump();
  for (auto& route : setup.descriptor["routes"]) {
    if (route.value("authenticationType", "") == "oidc") route["identityProvider"] = "first";
  }
  setup.descriptor["am"] = {{"cookieName", "iPlanetDirectoryPro"}, {"realm", "/alpha"}, {"successUrl", "/"}};
  setup.descriptor["hostedLogin"] = {{"customerId", "customer"},
                                     {"clients", {{"client", {{"redirectUris", {"https://a.example/"}}}}}}};
  return setup;
}

struct OpenDoors {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router{open_doors(provider, orders.origin(), invoices.origin())};

  RawAnswer post_form(const std::string& path, const std::string& form) {
    return ask(router.port(), make_request("POST", path, kFormFields, form));
  }
};

std::string hint_of(const std::string& location) {
  const auto at = location.find("id_token_hint=");
  if (at == std::string::npos) return "";
  return location.substr(at + 14, location.find('&', at) - at - 14);
}

}  // namespace

TEST_CASE("strangers' tokens: 64 KB of whatever costs no more than 10 ms at any entry, and is refused [S1]") {
  OpenDoors fixture;
  // keys and metadata are there, and every entry has been used once
  Browser browser(fixture.router.port());
  browser.open("/orders/start");
  for (const auto& row : hostile_json(46'000)) {
    CAPTURE(row.name);
    const auto payload = "e30." + encode_base64url(row.text) + ".c2ln";
    const auto header = encode_base64url(row.text) + ".e30.c2ln";
    const auto short_payload = "e30." + encode_base64url(row.text.substr(0, 4'000)) + ".c2ln";
    constexpr int kTimes = 3;
    const auto before = fixture.router.cpu_time();
    for (int i = 0; i < kTimes; ++i) {
      CHECK(fixture.post_form("/my/back-channel", "logout_token=" + payload).status() == 400);
      CHECK(fixture.post_form("/my/back-channel", "logout_token=" + header).status() == 400);
      CHECK(ask(fixture.router.port(), make_request("GET", "/oauth2/connect/endSession?id_token_hint=" + short_payload))
                .status() == 400);
      const auto login =
          ask(fixture.router.port(),
              make_request("POST", kRestLogin, {{"Content-Type", "application/json"}}, row.text.substr(0, 16'000)));
      CHECK((login.status() == 400 || std::string(row.name) == "blanks"));
    }
    const auto spent = fixture.router.cpu_time() - before;
    if (!fixture.router.is_sanitized()) CHECK(spent <= milliseconds(10 * 4 * kTimes + 20));
  }
}

TEST_CASE("bearer: an id token out of a logout's Location is no credential, before and after the logout [S2]") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  const auto hint = hint_of(browser.navigate("/my/logout").field("Location"));
  REQUIRE_FALSE(hint.empty());
  const auto seen = fixture.orders.requests().size();
  for (const char* method : {"GET", "POST", "DELETE"}) {
    CAPTURE(method);
    CHECK(ask(fixture.router.port(),
              make_request(method, "/orders/x", {{kBearerField, "Bearer " + hint}, {"Content-Length", "0"}}))
              .status() == 401);
  }
  Browser stranger(fixture.router.port());
  CHECK(stranger.get("/orders/x", {{kBearerField, "Bearer " + fixture.provider.access_token()}}).status() == 200);
  CHECK(fixture.orders.requests_to("/orders/x").size() == 1);
  CHECK(fixture.orders.requests().size() >= seen);
}

TEST_CASE("two bindings of one issuer: logout tokens and hints of the second one count [S5]") {
  OpenDoors fixture;
  const auto log_in = [&] {
    Browser browser(fixture.router.port());
    browser.open("/orders/start");
    return browser;
  };
  const auto is_signed_in = [](Browser browser) {
    return browser.get("/orders/still", {{"X-Requested-With", "XMLHttpRequest"}}).status() == 200;
  };
  for (const char* client : {StubProvider::kClientId, "second-client"}) {
    CAPTURE(client);
    auto browser = log_in();
    REQUIRE(is_signed_in(browser));
    CHECK(fixture.post_form("/my/back-channel", "logout_token=" + fixture.provider.logout_token({{"aud", client}}))
              .status() == 200);
    CHECK_FALSE(is_signed_in(browser));
  }
  CHECK(fixture.post_form("/my/back-channel", "logout_token=" + fixture.provider.logout_token({{"aud", "third"}}))
            .status() == 400);
  for (const char* client : {StubProvider::kClientId, "second-client"}) {
    CAPTURE(client);
    auto browser = log_in();
    const json claims{{"aud", client},
                      {"sid", fixture.provider.last_sid()},
                      {"sub", "alice-sub"},
                      {"events", nullptr},
                      {"jti", nullptr}};
    const auto hint = fixture.provider.logout_token(claims, "JWT");
    CHECK(
        ask(fixture.router.port(), make_request("GET", "/oauth2/connect/endSession?id_token_hint=" + hint)).status() ==
        204);
    CHECK_FALSE(is_signed_in(browser));
  }
  // opaque: the same stub stands for both providers
  CHECK(fixture.post_form("/customer/token/revoke", "client_id=client&token=opaque").status() == 200);
  const auto calls = fixture.provider.calls("/revoke");
  CHECK(std::count_if(calls.begin(), calls.end(),
                      [](const auto& call) { return call.parameter("token") == "opaque"; }) == 2);
}

TEST_CASE("back-channel: a logout token of type JWT ends the session [S28]") {
  for (const char* type : {"JWT", "application/logout+jwt", ""}) {
    CAPTURE(type);
    SignOnFixture fixture;
    const auto browser = fixture.signed_in();
    const auto token = fixture.provider.logout_token(json::object(), type);
    CHECK(ask(fixture.router.port(), make_request("POST", "/my/back-channel", kFormFields, "logout_token=" + token))
              .status() == 200);
    CHECK_FALSE(fixture.is_signed_in(browser));
  }
}

TEST_CASE(
    "session: an expired token that nothing can refresh asks for a login where the back-end gets it, and only there "
    "[S21]") {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  auto setup = sign_on_setup(provider, orders.origin(), invoices.origin());
  setup.environment["JWT_REFRESH"] = "0";
  setup.add_destination("plain", invoices.origin());
  setup.add_route({{"source", "^/plain/(.*)$"}, {"destination", "plain"}, {"authenticationType", "oidc"}});
  RouterProcess router(setup);
  provider.behave({.access_token_lifetime = 2});
  Browser browser(router.port());
  browser.open("/orders/start");
  REQUIRE(orders.requests_to("/orders/start").size() == 1);
  const FieldList script{{"X-Requested-With", "XMLHttpRequest"}};
  CHECK(eventually([&] { return browser.get("/orders/later", script).status() == 401; }));
  const auto page = browser.navigate("/orders/page");
  CHECK(page.status() == 302);
  CHECK(page.field("Location").starts_with(provider.issuer()));
  CHECK(browser.get("/plain/x", script).status() == 200);
  CHECK(browser.get("/public/x", script).status() == 200);
  CHECK(orders.requests_to("/orders/page").empty());
  CHECK(provider.grants("refresh_token") == 0);
  // the login that was asked for brings a new one
  provider.behave({});
  browser.open("/orders/again");
  CHECK(orders.requests_to("/orders/again").size() == 1);
}

}  // namespace router::test::tokens_test
