// Every dialect through the same six situations:
//
//                    happy   no session   wrong evidence   refused return URL   failing back-end   repeated
//   central            x         x              x                  x                   x              x
//   RP-initiated       x         x              x                  x                   x              x
//   back-channel       x         x              x              (no return)             x              x
//   front-channel      x         x              x              (no return)             x              x
//
// One test case a dialect, one subcase a situation. Where a dialect has no way back, the subcase shows that a
// URL in the request leads nowhere. The other dialects have theirs beside their sources.
#include <doctest/doctest.h>

#include "http/query.h"
#include "logout/world.h"

namespace router::matrix_test {

using test::Request;
using test::World;

namespace {

constexpr const char* kEvil = "https://evil.example/";

// A bank that is told, a session of Ada, and all endpoints.
struct Matrix : World {
  explicit Matrix(std::optional<config::ProviderKind> kind = config::ProviderKind::oidc) {
    if (kind) bind(*kind);
    config.logout.back_channel_endpoint = "/backchannel";
    config.logout.front_channel_endpoint = "/frontchannel";
    config.destinations["bank"] = test::make_destination("bank");
    service();
    if (provider != nullptr) {
      provider->logout_tokens["good"] = {"https://idp.example", "ada", "sid-ada", "jti-1"};
      provider->logout_tokens["good again"] = {"https://idp.example", "ada", "sid-ada", "jti-2"};
    }
    session = log_in("ada");
  }
  bool is_over() { return find(session->id) == nullptr; }
  std::size_t told() {
    loop.run_ready();
    return client.count("bank.example");
  }
  std::optional<http::Response> back_channel(const std::string& token, const std::string& query = "") {
    const Request request("POST", "/backchannel" + query, {{"Content-Type", "application/x-www-form-urlencoded"}});
    return send(request, nullptr, "logout_token=" + token);
  }
  std::optional<http::Response> front_channel(const std::string& issuer, const std::string& sid,
                                              const std::string& more = "") {
    return get("/frontchannel?iss=" + issuer + "&sid=" + sid + more);
  }
  // The back-end is away for the first call: the answer is as ever, and it is told in the end.
  template <class Act>
  void check_failing_back_end(Act act, int status) {
    client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 0 : 200; });
    const auto response = act();
    REQUIRE(response);
    CHECK(response->status == status);
    CHECK(is_over());
    loop.advance(base::seconds(2));
    CHECK(client.count("bank.example") == 2);
    const auto receipt = receipts.find(test::header(response, "x-logout-id"));
    REQUIRE(receipt);
    CHECK(receipt->calls[0].outcome == logout::Outcome::confirmed);
    CHECK(receipt->calls[0].attempts == 2);
  }

  session::Snapshot session;
};

std::string location_of(const std::optional<http::Response>& response) { return test::header(response, "location"); }

}  // namespace

TEST_CASE("matrix: central logout") {
  Matrix world(std::nullopt);
  SUBCASE("happy: the session is over, the back-end told, the browser at the page with its query") {
    const auto response = world.get("/my/logout?siteId=3", world.session);
    CHECK(response->status == 302);
    CHECK(location_of(response) == "/logoff.html?siteId=3");
    CHECK(world.is_over());
    CHECK(world.told() == 1);
  }
  SUBCASE("no session: the same answer, nobody told") {
    CHECK(location_of(world.get("/my/logout?siteId=3")) == "/logoff.html?siteId=3");
    CHECK_FALSE(world.is_over());
    CHECK(world.told() == 0);
  }
  SUBCASE("wrong evidence: a load by another site, or a POST without the token, changes nothing") {
    CHECK(world.get("/my/logout", world.session, {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}})
              ->status == 403);
    Matrix by_post(std::nullopt);
    by_post.config.logout.method = "POST";
    by_post.config.logout.csrf_protection = true;
    by_post.reload();
    const Request request("POST", "/my/logout", {{"x-csrf-token", "made up"}});
    CHECK(by_post.send(request, by_post.session)->status == 403);
    CHECK_FALSE(world.is_over());
    CHECK_FALSE(by_post.is_over());
  }
  SUBCASE("refused return URL: what the request names is a parameter of the configured page, nothing else (74)") {
    for (const char* name : {"redirect", "goto", "post_logout_redirect_uri"}) {
      const auto location = location_of(world.get(std::string("/my/logout?") + name + "=" + kEvil, world.session));
      CHECK(location == std::string("/logoff.html?") + name + "=" + kEvil);
    }
  }
  SUBCASE("failing back-end: the browser is not told, the back-end is in the end") {
    world.check_failing_back_end([&] { return world.get("/my/logout", world.session); }, 302);
  }
  SUBCASE("repeated: the same answer, told once (85)") {
    const auto first = world.get("/my/logout?siteId=3", world.session);
    const auto second = world.get("/my/logout?siteId=3", world.session);
    CHECK(location_of(first) == location_of(second));
    CHECK(second->status == 302);
    CHECK(world.told() == 1);
  }
}

TEST_CASE("matrix: RP-initiated logout") {
  Matrix world;
  const auto state_of = [](const std::optional<http::Response>& response) {
    const auto url = http::parse_url(location_of(response));
    REQUIRE(url);
    return http::query_value(url->query.value_or(""), "state").value_or("");
  };
  SUBCASE("happy: over the provider with hint, client, page and state, and back to the page (77, 78)") {
    const auto response = world.get("/my/logout?siteId=3", world.session);
    const auto location = location_of(response);
    CHECK(location.starts_with("https://idp.example/logout?"));
    for (const char* part : {"id_token_hint=id-ada", "client_id=client", "post_logout_redirect_uri=", "state="}) {
      CHECK(location.find(part) != std::string::npos);
    }
    CHECK(world.is_over());
    const auto state = state_of(response);
    CHECK(location_of(world.get("/logoff.html?state=" + state)) == "/logoff.html?siteId=3");
    CHECK_FALSE(world.get("/logoff.html?state=" + state));
  }
  SUBCASE("no session: to the provider all the same, without a hint (82)") {
    const auto location = location_of(world.get("/my/logout"));
    CHECK(location.starts_with("https://idp.example/logout?"));
    CHECK(location.find("id_token_hint") == std::string::npos);
    CHECK(location.find("client_id=client") != std::string::npos);
    CHECK(world.told() == 0);
  }
  SUBCASE("wrong evidence: a return with another state, or none, is no answer to our question (79, 80)") {
    const auto state = state_of(world.get("/my/logout?siteId=3", world.session));
    CHECK_FALSE(world.get("/logoff.html?state=" + state + "x"));
    CHECK_FALSE(world.get("/logoff.html?state=other"));
    CHECK_FALSE(world.get("/logoff.html"));
    // and does not use the right one up
    CHECK(location_of(world.get("/logoff.html?state=" + state)) == "/logoff.html?siteId=3");
  }
  SUBCASE("refused return URL: the provider is told the configured page, whatever the request says (74, 75)") {
    const auto location = location_of(world.get(std::string("/my/logout?redirect=") + kEvil, world.session));
    CHECK(http::query_value(location.substr(location.find('?') + 1), "post_logout_redirect_uri") ==
          "https://app.example/logoff.html");
    CHECK(location.find("evil") == std::string::npos);
  }
  SUBCASE("failing back-end: the browser goes to the provider at once") {
    world.check_failing_back_end([&] { return world.get("/my/logout", world.session); }, 302);
  }
  SUBCASE("repeated: to the provider again, the back-end told once (85)") {
    world.get("/my/logout", world.session);
    const auto again = world.get("/my/logout", world.session);
    CHECK(location_of(again).starts_with("https://idp.example/logout?"));
    CHECK(world.told() == 1);
  }
}

TEST_CASE("matrix: back-channel logout") {
  Matrix world;
  SUBCASE("happy: 200, not to be stored, the session over and the back-end told (90)") {
    const auto response = world.back_channel("good");
    CHECK(response->status == 200);
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK(world.is_over());
    CHECK(world.told() == 1);
  }
  SUBCASE("no session: 200 and the same answer, so that nobody learns who is signed in (104)") {
    const auto known = world.back_channel("good");
    const auto unknown = world.back_channel("good%20again");
    CHECK(unknown->status == known->status);
    CHECK(unknown->body == known->body);
    CHECK(world.told() == 1);
  }
  SUBCASE("wrong evidence: 400, and the session lives (93)") {
    CHECK(world.back_channel("forged")->status == 400);
    CHECK_FALSE(world.is_over());
    CHECK(world.told() == 0);
  }
  SUBCASE("refused return URL: there is no way back, whatever the request names") {
    const auto response = world.back_channel("good", std::string("?post_logout_redirect_uri=") + kEvil);
    CHECK(response->status == 200);
    CHECK(location_of(response).empty());
  }
  SUBCASE("failing back-end: 200 all the same, and the back-end is told in the end (107, 109)") {
    world.check_failing_back_end([&] { return world.back_channel("good"); }, 200);
  }
  SUBCASE("repeated: 200 without effect (101)") {
    CHECK(world.back_channel("good")->status == 200);
    CHECK(world.back_channel("good")->status == 200);
    CHECK(world.told() == 1);
  }
}

TEST_CASE("matrix: front-channel logout") {
  Matrix world;
  const std::string issuer = "https%3A%2F%2Fidp.example";
  SUBCASE("happy: 200, framable by the provider only, the session over and the back-end told (110)") {
    const auto response = world.front_channel(issuer, "sid-ada");
    CHECK(response->status == 200);
    CHECK(test::header(response, "content-security-policy").find("frame-ancestors https://idp.example") !=
          std::string::npos);
    CHECK(world.is_over());
    CHECK(world.told() == 1);
  }
  SUBCASE("no session: the same answer") {
    const auto known = world.front_channel(issuer, "sid-ada");
    const auto unknown = world.front_channel(issuer, "nobody");
    CHECK(unknown->status == known->status);
    CHECK(unknown->body == known->body);
    CHECK(world.told() == 1);
  }
  SUBCASE("wrong evidence: another issuer or sid ends nothing, whoever's cookie came along (112)") {
    world.front_channel("https%3A%2F%2Fevil.example", "sid-ada");
    world.get("/frontchannel?iss=" + issuer + "&sid=other", world.session);
    CHECK_FALSE(world.is_over());
  }
  SUBCASE("refused return URL: there is no way back, whatever the request names") {
    CHECK(location_of(world.front_channel(issuer, "sid-ada", std::string("&redirect=") + kEvil)).empty());
  }
  SUBCASE("failing back-end: 200 all the same, and the back-end is told in the end") {
    world.check_failing_back_end([&] { return world.front_channel(issuer, "sid-ada"); }, 200);
  }
  SUBCASE("repeated: 200, told once") {
    world.front_channel(issuer, "sid-ada");
    CHECK(world.front_channel(issuer, "sid-ada")->status == 200);
    CHECK(world.told() == 1);
  }
}

}  // namespace router::matrix_test
