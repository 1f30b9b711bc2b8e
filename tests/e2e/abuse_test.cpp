// A hundred hostile requests a second for five seconds at every public door that ends or begins a session:
// good users beside it all succeed. Doors of content: abuse_content_test.cpp.
#include "e2e/abuse.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace router::test::abuse_test {
namespace {

// Just below what the doors read of a body.
constexpr std::size_t kLarge = 63 * 1024;
// What fits into a request line.
constexpr std::size_t kLongQuery = 6 * 1024;

std::string number(int n) { return std::to_string(n); }

}  // namespace

TEST_CASE("abuse: the back-channel door, with tokens that cost a careless reader") {
  AbuseFixture fixture;
  must_hold_out(fixture,
                {[](int n) { return post_form("/my/back-channel", "logout_token=" + hostile_token(n, kLarge)); }});
}

TEST_CASE("abuse: the back-channel door, with tokens that are nearly right, each of a key nobody knows") {
  AbuseFixture fixture;
  const auto good = fixture.provider.logout_token();
  const auto payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  const auto before = fixture.provider.count("/jwks");
  must_hold_out(fixture, {[&](int n) {
                  const auto header = base64url(R"({"alg":"RS256","typ":"logout+jwt","kid":")" + number(n) + "\"}");
                  return post_form("/my/back-channel", "logout_token=" + header + payload + ".c2lnbmF0dXJl");
                }});
  CHECK(fixture.provider.count("/jwks") <= before + 3);
}

TEST_CASE("abuse: the front-channel door, with sessions that nobody has") {
  AbuseFixture fixture;
  const auto issuer = fixture.provider.issuer();
  must_hold_out(fixture, {[&](int n) {
                  const auto sid = n % 3 == 0 ? std::string(kLongQuery, 's') : number(n);
                  return make_request("GET", "/my/front-channel?iss=" + issuer + "&sid=" + sid);
                }});
}

TEST_CASE("abuse: endSession, by GET and POST, with hints that cost a careless reader") {
  AbuseFixture fixture;
  must_hold_out(fixture, {[](int n) {
                  const std::string path = "/oauth2/connect/endSession";
                  if (n % 2 == 0)
                    return make_request("GET", path + "?id_token_hint=" + hostile_token(n / 2, kLongQuery));
                  return post_form(path, "id_token_hint=" + hostile_token(n / 2, kLarge));
                }});
}

TEST_CASE("abuse: token revocation, with tokens of every kind and guessed secrets") {
  AbuseFixture fixture;
  const auto path = std::string(AbuseFixture::kHosted) + "/token/revoke";
  const std::string client = "client_id=" + std::string(AbuseFixture::kClient);
  must_hold_out(fixture, {[&](int n) {
                  if (n % 3 == 0) return post_form(path, client + "&token=" + hostile_token(n / 3, kLarge));
                  if (n % 3 == 1) return post_form(path, client + "&token=opaque-" + number(n));
                  return post_form(path, client + "&client_secret=guess-" + number(n) + "&token=x");
                }});
  // with our credentials: not as often as strangers like, who sent 333 from a few addresses; users' own are not counted
  const auto calls = fixture.provider.calls("/revoke");
  CHECK(std::ranges::count_if(calls, [](const ProviderCall& call) {
          const auto token = call.parameter("token");
          return token == "x" || token.starts_with("opaque-");
        }) < 300);
}

TEST_CASE("abuse: the REST login, with bodies that cost a careless reader") {
  AbuseFixture fixture;
  must_hold_out(fixture, {[](int n) {
                  return make_request("POST", AbuseFixture::kAuthenticate, {{"Content-Type", "application/json"}},
                                      hostile_json(n, kLarge));
                }});
}

TEST_CASE("abuse: the REST login, with wrong passwords of many users") {
  AbuseFixture fixture;
  must_hold_out(fixture, {[](int n) {
                  return make_request(
                      "POST", AbuseFixture::kAuthenticate,
                      {{"X-OpenAM-Username", "victim" + number(n % 50)}, {"X-OpenAM-Password", "guess" + number(n)}});
                }});
}

TEST_CASE("abuse: logins that are begun and never ended, and callbacks of logins that never began") {
  AbuseFixture fixture;
  must_hold_out(fixture, {[](int n) {
                  if (n % 2 == 0) {
                    return make_request(
                        "GET", "/orders/" + number(n) + "?q=" + std::string(500, 'q'),
                        {{"Accept", "text/html"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}});
                  }
                  const auto state = n % 3 == 0 ? std::string(kLongQuery, 's') : "state" + number(n);
                  return make_request("GET", "/login/callback?code=c" + number(n) + "&state=" + state,
                                      {{"Cookie", "xs_login_" + number(n) + "=" + std::string(1000, 'c')}});
                }});
  CHECK(fixture.provider.grants("authorization_code") <= 1000);
}

TEST_CASE("abuse: hosted logout and central logout, of sessions that nobody has") {
  AbuseFixture fixture;
  must_hold_out(fixture, {[](int n) {
                  std::string cookies;
                  for (int i = 0; i < 40; ++i)
                    cookies += (i == 0 ? "JSESSIONID=" : "; JSESSIONID=") +
                               std::string(43, static_cast<char>('a' + (n + i) % 26));
                  const std::string path =
                      n % 2 == 0 ? "/my/logout?x=" + number(n)
                                 : AbuseFixture::kHosted + std::string("/auth-ui/logout?client_id=") + number(n) +
                                       "&redirect_uri=https://evil.example/" + std::string(kLongQuery / 2, 'r');
                  return make_request("GET", path, {{"Cookie", cookies}});
                }});
}

TEST_CASE("abuse: the endpoints of session.js, with sessions that nobody has") {
  AbuseFixture fixture;
  must_hold_out(
      fixture, {[](int n) {
        const std::string cookie = "JSESSIONID=" + std::string(40, 'x') + number(n);
        switch (n % 4) {
          case 0:
            return make_request("GET", "/xs-router/session", {{"Cookie", cookie}});
          case 1:
            return make_request("POST", "/xs-router/session/touch", {{"Cookie", cookie}, {"Content-Length", "0"}});
          case 2:
            return make_request("GET", "/xs-router/session/events",
                                {{"Cookie", cookie}, {"Accept", "text/event-stream"}});
          default:
            return make_request("GET", "/xs-router/session.js", {{"If-None-Match", std::string(4000, '"')}});
        }
      }});
}

}  // namespace router::test::abuse_test
