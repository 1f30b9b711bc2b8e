// Back-ends that are told by OpenID logout tokens (docs/contract/signals.md "Out").
#include <doctest/doctest.h>

#include "e2e/xsuaa_fixture.h"

namespace router::test::logout_token_test {

using nlohmann::json;

namespace {

RouterSetup setup_with_tokens(const StubProvider& provider, const std::string& orders, const std::string& invoices) {
  auto setup = sign_on_setup(provider, orders, invoices);
  setup.descriptor["destinations"]["orders"] = {
      {"logoutToken", {{"audience", "orders-client"}, {"path", "/backchannel"}}}};
  return setup;
}

json part_of(const std::string& token, int part) {
  std::string_view rest = token;
  for (int i = 0; i < part; ++i) rest.remove_prefix(rest.find('.') + 1);
  return json::parse(decoded_claims("." + std::string(rest.substr(0, rest.find('.')))));
}

}  // namespace

TEST_CASE("logout token: a back-end learns its own name of the session, and by that name hears of its end [issue 16]") {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router(setup_with_tokens(provider, orders.origin(), invoices.origin()));
  Browser browser(router.port());
  browser.open("/orders/start");
  browser.send("GET", "/orders/x", {{"x-xsr-sid", "of-my-own"}});
  browser.open("/invoices/x");
  const auto asked = orders.requests_to("/orders/x");
  REQUIRE(asked.size() == 1);
  const auto name = asked[0].field("x-xsr-sid");
  CHECK(name.size() == 43);
  CHECK(name != browser.cookie("JSESSIONID"));
  REQUIRE(invoices.count("/invoices/x") == 1);
  CHECK(invoices.requests_to("/invoices/x")[0].field("x-xsr-sid").empty());

  browser.navigate("/my/logout");
  REQUIRE(orders.waits_for("/backchannel", 1));
  CHECK(invoices.waits_for("/sign-out", 1));
  const auto call = orders.requests_to("/backchannel")[0];
  CHECK(call.field("Content-Type") == "application/x-www-form-urlencoded");
  CHECK(call.field("Authorization").empty());
  REQUIRE(call.body.starts_with("logout_token="));
  const auto token = call.body.substr(13);
  const auto header = part_of(token, 0);
  const auto claims = part_of(token, 1);
  CHECK(header["typ"] == "logout+jwt");
  CHECK(header["alg"] == "ES256");
  CHECK(claims["sid"] == name);
  CHECK(claims["sub"] == "alice-sub");
  CHECK(claims["aud"] == "orders-client");
  CHECK(claims["iss"] == router.origin());

  const auto metadata = json::parse(browser.get("/xs-router/.well-known/openid-configuration").body);
  CHECK(metadata["issuer"] == router.origin());
  CHECK(metadata["backchannel_logout_supported"] == true);
  const auto keys = ask(router.port(), make_request("GET", Browser::path_of(metadata["jwks_uri"].get<std::string>())));
  CHECK(keys.status() == 200);
  CHECK(json::parse(keys.body)["keys"][0]["kid"] == header["kid"]);
  CHECK(ask(router.port(), make_request("POST", "/xs-router/jwks.json")).status() == 405);
}

TEST_CASE("logout token: where no back-end is told by one there are no keys [issue 16]") {
  SignOnFixture fixture;
  CHECK(ask(fixture.router.port(), make_request("GET", "/xs-router/jwks.json")).status() == 404);
}

}  // namespace router::test::logout_token_test
