// Back-channel and front-channel logout as the provider sees them (docs/contract/logout.md;
// docs/contract/oidc.md E to G).
#include <doctest/doctest.h>

#include "e2e/sign_on_fixture.h"

namespace router::test::channel_logout_test {

TEST_CASE("back-channel logout: a good token ends the session and tells the back-ends, a bad one does nothing") {
  SignOnFixture fixture;
  const auto browser = fixture.signed_in();
  const auto post = [&](const std::string& token) {
    return ask(fixture.router.port(),
               make_request("POST", "/my/back-channel", {{"Content-Type", "application/x-www-form-urlencoded"}},
                            "logout_token=" + token));
  };
  const auto good = fixture.provider.logout_token();
  struct Row {
    const char* name;
    std::string token;
  };
  for (const Row& row : {Row{"broken signature", with_broken_signature(good)},
                         Row{"nonce", fixture.provider.logout_token({{"nonce", "n"}})},
                         Row{"wrong audience", fixture.provider.logout_token({{"aud", "another"}})},
                         Row{"wrong issuer", fixture.provider.logout_token({{"iss", "http://127.0.0.1:1"}})},
                         Row{"no events", fixture.provider.logout_token({{"events", nullptr}})},
                         Row{"nobody", fixture.provider.logout_token({{"sid", nullptr}})}, Row{"nothing", ""}}) {
    CAPTURE(row.name);
    const auto answer = post(row.token);
    CHECK(answer.status() == 400);
    CHECK(answer.field("Cache-Control") == "no-store");
  }
  CHECK(fixture.is_signed_in(browser));
  CHECK(ask(fixture.router.port(), make_request("GET", "/my/back-channel?logout_token=" + good)).status() == 405);

  CHECK(post(good).status() == 200);
  CHECK_FALSE(fixture.is_signed_in(browser));
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK(fixture.invoices.waits_for("/sign-out", 1));
  CHECK(post(good).status() == 200);
  CHECK(post(fixture.provider.logout_token({{"sid", "unknown"}})).status() == 200);
  CHECK(fixture.orders.count("/sign-out") == 1);
}

TEST_CASE("back-channel logout: where the provider kept its session, its user may sign in again at once [S29]") {
  SignOnFixture fixture;
  fixture.provider.behave({.keeps_session = true});
  const auto browser = fixture.signed_in();
  const auto token = fixture.provider.logout_token();
  CHECK(ask(fixture.router.port(),
            make_request("POST", "/my/back-channel", {{"Content-Type", "application/x-www-form-urlencoded"}},
                         "logout_token=" + token))
            .status() == 200);
  CHECK_FALSE(fixture.is_signed_in(browser));
  CHECK(fixture.is_signed_in(fixture.signed_in()));
}

TEST_CASE("front-channel logout: iss and sid of the session end it, anything else does not") {
  SignOnFixture fixture;
  const auto browser = fixture.signed_in();
  const auto load = [&](const std::string& issuer, const std::string& sid) {
    return ask(fixture.router.port(), make_request("GET", "/my/front-channel?iss=" + issuer + "&sid=" + sid,
                                                   {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "iframe"}}));
  };
  load(fixture.provider.issuer(), "another");
  load("http://127.0.0.1:1", fixture.provider.last_sid());
  CHECK(fixture.is_signed_in(browser));
  const auto answer = load(fixture.provider.issuer(), fixture.provider.last_sid());
  CHECK(answer.status() == 200);
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(answer.field("Content-Security-Policy").find("frame-ancestors " + fixture.provider.issuer()) !=
        std::string::npos);
  CHECK_FALSE(fixture.is_signed_in(browser));
  CHECK(fixture.orders.waits_for("/sign-out", 1));
}

}  // namespace router::test::channel_logout_test
