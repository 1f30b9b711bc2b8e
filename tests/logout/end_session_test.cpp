// endSession as applications see it, with the id token that they hold (docs/contract/logout.md section 3).
#include <doctest/doctest.h>

#include "crypto/digest.h"
#include "logout/rest_world.h"

namespace router::end_session_test {

using test::Details;
using test::Request;
using test::RestWorld;

namespace {

// The provider accepts one hint, of ada.
struct EndSessionWorld : RestWorld {
  explicit EndSessionWorld(Details details = {}) : RestWorld(std::move(details)) {
    service();
    identity::Claims claims;
    claims.issuer = "https://idp.example";
    claims.subject = "ada";
    claims.idp_session_id = "sid-ada";
    provider->id_token_hints["good"] = claims;
    claims.idp_session_id.clear();
    provider->id_token_hints["without-sid"] = claims;
  }
};

constexpr std::string_view kEndSession = "/am/oauth2/connect/endSession";
const test::HeaderList kCrossSiteDocument{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}};

}  // namespace

TEST_CASE("endSession: the realm may be written in each of its forms [S37]") {
  const std::vector<std::pair<std::string, int>> rows = {
      {"/am/oauth2/realms/alpha/connect/endSession?", 204}, {"/am/oauth2/alpha/connect/endSession?", 204},
      {"/oauth2/alpha/connect/endSession?", 204},           {"/oauth2/connect/endSession?realm=alpha&", 204},
      {"/oauth2/connect/endSession?realm=/beta&", 404},     {"/oauth2/beta/connect/endSession?", 404},
      {"/oauth2/realms/beta/connect/endSession?", 404},
  };
  for (const auto& [url, status] : rows) {
    CAPTURE(url);
    EndSessionWorld world;
    const auto response = world.get(url + "id_token_hint=good");
    REQUIRE(response);
    CHECK(response->status == status);
    CHECK(world.is_live() == (status != 204));
  }
}

TEST_CASE("endSession: on a tenant's host it ends sessions of that tenant, by hints of that tenant [S19]") {
  struct Row {
    std::string session;
    std::string hint;
    std::string host;
    bool is_accepted;
    bool ends;
  };
  for (const char* which : {"good", "without-sid"}) {
    for (const Row& row : {Row{"acme", "", "acme", true, true}, Row{"acme", "acme", "acme", true, true},
                           Row{"acme", "", "other", true, false}, Row{"acme", "acme", "other", false, false},
                           Row{"acme", "other", "acme", false, false}, Row{"acme", "acme", "", true, false},
                           Row{"", "", "acme", true, false}, Row{"", "", "", true, true}}) {
      CAPTURE(which);
      CAPTURE(row.session);
      CAPTURE(row.hint);
      CAPTURE(row.host);
      EndSessionWorld world;
      REQUIRE(test::run_task(world.store.end(world.session->id)));
      auto session = world.make_session();
      session.subdomain = row.session;
      world.session = world.log_in(std::move(session));
      world.external.tenant = row.host;
      world.provider->id_token_hints[which].subdomain = row.hint;
      const auto response = world.get(std::string(kEndSession) + "?id_token_hint=" + which);
      REQUIRE(response);
      CHECK(response->status == (row.is_accepted ? 204 : 400));
      CHECK(world.is_live() == !row.ends);
    }
  }
}

TEST_CASE("endSession: parameters and paths decide about answer and session") {
  struct Row {
    std::string path;
    std::string query;
    int status;
    std::string location;
    bool ends;
  };
  const std::string bye = "post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye";
  const std::string here(kEndSession);
  const std::vector<Row> rows = {
      {here, "id_token_hint=good", 204, "", true},
      {"/oauth2/connect/endSession", "id_token_hint=good", 204, "", true},
      {"/am/oauth2/realms/root/realms/alpha/connect/endSession", "id_token_hint=good", 204, "", true},
      {"/am/oauth2/realms/root/realms/beta/connect/endSession", "id_token_hint=good", 404, "", false},
      {here, "", 400, "", false},
      {here, "id_token_hint=", 400, "", false},
      {here, "id_token_hint=forged", 400, "", false},
      {here, "id_token_hint=good&id_token_hint=good", 400, "", false},
      {here, "id_token_hint=good&" + bye, 302, "https://app.example.com/bye", true},
      {here, "id_token_hint=good&" + bye + "&state=a%26b", 302, "https://app.example.com/bye?state=a%26b", true},
      {here, "id_token_hint=good&" + bye + "%3Fx%3D1&state=s", 302, "https://app.example.com/bye?x=1&state=s", true},
      {here, "id_token_hint=good&state=s", 204, "", true},
      {here, "id_token_hint=good&" + bye + "%2F", 400, "", true},
      {here, "id_token_hint=good&post_logout_redirect_uri=https%3A%2F%2Fevil.example", 400, "", true},
      {here, "id_token_hint=good&post_logout_redirect_uri=", 400, "", true},
      {here, "id_token_hint=without-sid", 204, "", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    CAPTURE(row.query);
    EndSessionWorld world;
    const auto response = world.get(row.path + "?" + row.query);
    world.loop.run_ready();
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(test::header(response, "location") == row.location);
    CHECK(!world.is_live() == row.ends);
    CHECK(world.client.count("bank.example") == (row.ends ? 1 : 0));
  }
}

TEST_CASE("endSession: details are answered as by the REST logout, to no redirect though") {
  EndSessionWorld world(Details{{"clear_all_caches", "true"}});
  const auto response = world.get(std::string(kEndSession) + "?id_token_hint=good");
  CHECK(response->status == 200);
  CHECK(response->body == R"({"result":"Successfully logged out","clear_all_caches":"true"})");
  EndSessionWorld redirected(Details{{"clear_all_caches", "true"}});
  const auto moved = redirected.get(std::string(kEndSession) +
                                    "?id_token_hint=good&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye");
  CHECK(moved->status == 302);
  CHECK(moved->body.empty());
}

TEST_CASE("endSession: again, or without a session: the same answer, and nobody is told") {
  EndSessionWorld world;
  world.get(std::string(kEndSession) + "?id_token_hint=good");
  const auto again = world.get(std::string(kEndSession) + "?id_token_hint=good");
  world.loop.run_ready();
  CHECK(again->status == 204);
  CHECK(world.client.count("bank.example") == 1);
}

TEST_CASE("endSession: a failing back-end does not show in the answer; it is told again") {
  EndSessionWorld world;
  world.client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 503 : 200; });
  CHECK(world.get(std::string(kEndSession) + "?id_token_hint=good")->status == 204);
  world.loop.advance(base::seconds(2));
  CHECK(world.client.count("bank.example") == 2);
}

TEST_CASE("endSession: without sid all sessions of the user end, another user's stay") {
  EndSessionWorld world;
  const auto second = world.log_in("ada");
  const auto other = world.log_in("bob");
  world.get(std::string(kEndSession) + "?id_token_hint=without-sid");
  CHECK(!world.is_live());
  CHECK(world.find(second->id) == nullptr);
  CHECK(world.find(other->id) != nullptr);
}

TEST_CASE("endSession: how it is loaded matters, a navigation from anywhere is welcome") {
  struct Row {
    std::string method;
    test::HeaderList fields;
    int status;
  };
  const std::vector<Row> rows = {
      {"GET", {}, 204},
      {"GET", kCrossSiteDocument, 204},
      {"HEAD", {}, 403},
      {"GET", {{"Sec-Purpose", "prefetch"}}, 403},
      {"GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}}, 403},
      {"POST", {}, 405},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method);
    EndSessionWorld world;
    const Request request(row.method, std::string(kEndSession) + "?id_token_hint=good", row.fields);
    const auto response = world.send(request);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(!world.is_live() == (row.status == 204));
  }
}

TEST_CASE("endSession: with the provider's keys away nobody is signed out, and it says so") {
  EndSessionWorld world;
  world.provider->away_for_hints = true;
  const auto response = world.get(std::string(kEndSession) + "?id_token_hint=good");
  CHECK(response->status == 503);
  CHECK(world.is_live());
}

TEST_CASE("endSession: hints that are not accepted are limited by address, accepted ones cost nothing [S1]") {
  EndSessionWorld world;
  const auto sender = std::hash<std::string>()(base::home_of(world.external.client_address));
  world.ongoing.bad_logout_tokens.charge(sender, world.clock.steady(), 11'999);
  const std::string path = std::string(kEndSession) + "?id_token_hint=";
  CHECK(world.get(path + "good")->status == 204);
  CHECK(world.get(path + "good")->status == 204);
  CHECK(world.get(path + "forged")->status == 400);
  const auto refused = world.get(path + "good");
  CHECK(refused->status == 429);
  CHECK(test::header(refused, "retry-after") == "1");
  world.clock.advance(base::seconds(2));
  CHECK(world.get(path + "good")->status == 204);
}

TEST_CASE("endSession: the hint of a second binding of the same issuer, or of an xsuaa beside it, is accepted [S5]") {
  EndSessionWorld world;
  auto second = world.config.providers.front();
  second.name = "idp-2";
  second.client_id = "client-2";
  auto uaa = test::make_provider_config(config::ProviderKind::xsuaa);
  uaa.name = "uaa";
  uaa.url = "https://acme.uaa.example";
  uaa.client_id = "sb-app";
  world.config.providers.insert(world.config.providers.end(), {second, uaa});
  world.reload();
  struct Row {
    const char* owner;
    const char* claims;
  };
  const Row rows[] = {{"idp", R"({"iss":"https://idp.example","aud":"client"})"},
                      {"idp-2", R"({"iss":"https://idp.example","aud":"client-2"})"},
                      {"idp-2", R"({"iss":"https://idp.example","aud":["x","client-2"],"azp":"client-2"})"},
                      {"uaa", R"({"iss":"https://acme.uaa.example/oauth/token","aud":["sb-app"]})"},
                      {"uaa", R"({"iss":"https://tenant.uaa.example/oauth/token","aud":"sb-app"})"}};
  for (const Row& row : rows) {
    CAPTURE(row.claims);
    const auto hint = "e30." + crypto::base64url_encode(row.claims) + ".c2ln";
    auto& owner = dynamic_cast<test::FakeProvider&>(*world.providers->find(row.owner));
    identity::Claims claims;
    claims.issuer = "https://idp.example";
    claims.subject = "ada";
    claims.idp_session_id = "sid-ada";
    owner.id_token_hints[hint] = claims;
    const auto session = world.log_in("ada");
    CHECK(world.get(std::string(kEndSession) + "?id_token_hint=" + hint)->status == 204);
    CHECK(world.find(session->id) == nullptr);
  }
}

TEST_CASE("endSession: with sub and sid a session of the user without a sid ends, and its cookie goes [S27]") {
  EndSessionWorld world;
  auto session = world.make_session("ada");
  session.idp_session_id = "";
  const auto without = world.log_in(std::move(session));
  const Request request("GET", std::string(kEndSession) + "?id_token_hint=good",
                        {{"Cookie", "JSESSIONID=" + std::string(without->id.reveal())}});
  const auto response = world.send(request, without);
  REQUIRE(response);
  CHECK(world.find(without->id) == nullptr);
  CHECK_FALSE(test::header(response, "set-cookie").empty());
}

}  // namespace router::end_session_test
