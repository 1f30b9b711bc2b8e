// REST logout as scripts see it (docs/contract/logout.md section 3).
#include "logout/sources/rest.h"

#include <doctest/doctest.h>

#include "logout/away_store.h"
#include "logout/rest_world.h"

namespace router::rest_test {

using test::Request;
using test::RestWorld;
using test::World;

namespace {

constexpr std::string_view kLogout = "/am/json/sessions/?_action=logout";
constexpr std::string_view kExpired = R"({"result":"Token has expired"})";

test::HeaderList with_token(const RestWorld& world, test::HeaderList more = {}) {
  more.emplace_back("iPlanetDirectoryPro", world.token());
  return more;
}

std::string error_body(int code, const std::string& reason, const std::string& message) {
  return "{\"code\":" + std::to_string(code) + ",\"reason\":\"" + reason + "\",\"message\":\"" + message + "\"}";
}

}  // namespace

TEST_CASE("rest: the documented call ends the session and answers result and details") {
  RestWorld world;
  const auto response = world.post(kLogout, with_token(world, {{"Content-Type", "application/json"},
                                                               {"Accept-API-Version", "resource=3.1, protocol=1.0"}}));
  world.loop.run_ready();
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->body == R"({"result":"Successfully logged out","clear_all_caches":"true"})");
  CHECK(test::header(response, "content-type") == "application/json");
  CHECK(test::header(response, "cache-control") == "no-store");
  CHECK(!world.is_live());
  CHECK(world.client.count("bank.example") == 1);
  const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
  REQUIRE(receipt);
  CHECK(receipt->cause == logout::Cause::rest);
  CHECK(receipt->complete());
}

TEST_CASE("rest: a token of another tenant than the host's is not known, in the field and in the cookie [S19]") {
  for (const std::string host : {"acme", "other", ""}) {
    for (const bool by_field : {true, false}) {
      CAPTURE(host);
      CAPTURE(by_field);
      RestWorld world;
      auto session = world.make_session();
      session.subdomain = "acme";
      world.session = world.log_in(std::move(session));
      world.external.tenant = host;
      const auto response = by_field ? world.post(kLogout, with_token(world))
                                     : world.post(kLogout, {{"Cookie", "iPlanetDirectoryPro=" + world.token()},
                                                            {"X-Requested-With", "XMLHttpRequest"}});
      REQUIRE(response);
      CHECK(response->status == 200);
      CHECK((response->body == kExpired) == (host != "acme"));
      CHECK(world.is_live() == (host != "acme"));
    }
  }
}

TEST_CASE("rest: the browser's cookie goes unless a session goes on that it names, dead ones beside it or not [S4]") {
  struct Row {
    std::string name;
    bool with_dead_one;
    bool with_bobs;
    bool deletes;
  };
  for (const Row& row : {Row{"its own", false, false, true}, Row{"beside a dead one", true, false, true},
                         Row{"beside another's", false, true, false}, Row{"beside both", true, true, false}}) {
    CAPTURE(row.name);
    RestWorld world;
    std::string cookies = "JSESSIONID=" + world.token();
    if (row.with_dead_one) cookies.append("; JSESSIONID=").append(session::SessionId::random().reveal());
    if (row.with_bobs) cookies.append("; JSESSIONID=").append(world.log_in("bob")->id.reveal());
    const auto response = world.post(kLogout, with_token(world, {{"Cookie", cookies}}));
    CHECK(test::header(response, "set-cookie").empty() == !row.deletes);
    CHECK_FALSE(world.is_live());
  }
}

TEST_CASE("rest: path, method, realm and API version decide before the token is looked at") {
  struct Row {
    std::string method;
    std::string url;
    std::string version;
    int status;  // 0: no logout, the request goes on
  };
  const std::vector<Row> rows = {
      {"POST", "/am/json/sessions/?_action=logout", "", 200},
      {"POST", "/am/json/sessions?_action=logout", "", 200},
      {"POST", "/json/sessions/?_action=logout", "", 200},
      {"POST", "/am/json/realms/root/sessions?_action=logout", "", 200},
      {"POST", "/am/json/realms/root/realms/alpha/sessions/?_action=logout", "", 200},
      {"POST", "/am/json/realms/root/realms/beta/sessions/?_action=logout", "", 404},
      {"POST", "/am/json/realms/root/realms/alpha/realms/beta/sessions/?_action=logout", "", 404},
      {"POST", "/am/json/sessions/?_action=logout", "resource=2.0, protocol=1.0", 200},
      {"POST", "/am/json/sessions/?_action=logout", "resource=3.1", 200},
      {"POST", "/am/json/sessions/?_action=logout", "resource=1.2", 404},
      {"POST", "/am/json/sessions/?_action=logout", "resource=4.0", 200},
      {"POST", "/am/json/sessions/?_action=logout", "resource=5.1, protocol=1.0", 200},
      {"POST", "/am/json/sessions/?_action=logout", "resource=5.2", 404},
      {"GET", "/am/json/sessions/?_action=logout", "", 405},
      {"HEAD", "/am/json/sessions/?_action=logout", "", 405},
      {"DELETE", "/am/json/sessions/?_action=logout", "", 405},
      {"POST", "/am/json/sessions/?_action=validate", "", 0},
      {"POST", "/am/json/sessions/", "", 0},
      {"POST", "/am/json/sessions/x?_action=logout", "", 0},
      {"POST", "/other/json/sessions/?_action=logout", "", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.url);
    CAPTURE(row.version);
    RestWorld world;
    auto fields = with_token(world);
    if (!row.version.empty()) fields.emplace_back("Accept-API-Version", row.version);
    const Request request(row.method, row.url, fields);
    const auto response = world.send(request);
    CHECK((response ? response->status : 0) == row.status);
    CHECK(world.is_live() == (row.status != 200));
  }
}

TEST_CASE("rest: the realm may be written in each of its forms [S37]") {
  const std::vector<std::pair<std::string, int>> rows = {
      {"/am/json/realms/alpha/sessions/?_action=logout", 200},
      {"/am/json/alpha/sessions/?_action=logout", 200},
      {"/json/alpha/sessions?_action=logout", 200},
      {"/json/sessions?_action=logout&realm=alpha", 200},
      {"/json/sessions?_action=logout&realm=%2Falpha", 200},
      {"/json/sessions?_action=logout&realm=/beta", 404},
      {"/json/beta/sessions?_action=logout", 404},
      {"/json/alphabet/sessions?_action=logout", 404},
      {"/json/realms/beta/sessions?_action=logout", 404},
  };
  for (const auto& [url, status] : rows) {
    CAPTURE(url);
    RestWorld world;
    CHECK(world.post(url, with_token(world))->status == status);
    CHECK(world.is_live() == (status != 200));
  }
}

TEST_CASE("rest: where the token is, and what a token in a cookie needs beside it") {
  RestWorld reference;
  struct Row {
    test::HeaderList fields;  // TOKEN stands for the session's
    int status;
    bool ends;
  };
  const std::vector<Row> rows = {
      {{{"iPlanetDirectoryPro", "TOKEN"}}, 200, true},
      {{{"iplanetdirectorypro", "TOKEN"}}, 200, true},
      {{{"Cookie", "a=b; iPlanetDirectoryPro=TOKEN"}, {"Accept-API-Version", "resource=3.1"}}, 200, true},
      {{{"Cookie", "iPlanetDirectoryPro=TOKEN"}, {"X-Requested-With", "XMLHttpRequest"}}, 200, true},
      {{{"Cookie", "iPlanetDirectoryPro=TOKEN"}}, 403, false},
      {{{"Cookie", "JSESSIONID=TOKEN"}, {"X-Requested-With", "x"}}, 401, false},
      {{}, 401, false},
      {{{"iPlanetDirectoryPro", ""}}, 200, false},
      {{{"iPlanetDirectoryPro", "AQIC5wNTcy*"}}, 200, false},
      {{{"iPlanetDirectoryPro", "wrong"}, {"Cookie", "iPlanetDirectoryPro=TOKEN"}, {"X-Requested-With", "x"}},
       200,
       false},
  };
  for (const auto& row : rows) {
    RestWorld world;
    test::HeaderList fields;
    for (auto [name, value] : row.fields) {
      CAPTURE(value);
      if (const auto at = value.find("TOKEN"); at != std::string::npos) value.replace(at, 5, world.token());
      fields.emplace_back(name, value);
    }
    const auto response = world.post(kLogout, fields);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(!world.is_live() == row.ends);
    if (response->status == 200 && !row.ends) CHECK(response->body == kExpired);
  }
}

TEST_CASE("rest: errors have the dialect's body") {
  RestWorld world;
  CHECK(world.post(kLogout, {})->body == error_body(401, "Unauthorized", "Access Denied"));
  CHECK(world.post("/am/json/realms/root/realms/x/sessions?_action=logout", with_token(world))->body ==
        error_body(404, "Not Found", "Realm not found"));
}

TEST_CASE("rest: a second time, and a token that never was: expired, and nobody is told") {
  RestWorld world;
  world.post(kLogout, with_token(world));
  const auto again = world.post(kLogout, with_token(world));
  const std::string unknown(session::SessionId::random().reveal());
  const auto never = world.post(kLogout, {{"iPlanetDirectoryPro", unknown}});
  world.loop.run_ready();
  CHECK(again->body == kExpired);
  CHECK(never->body == kExpired);
  CHECK(test::header(again, "x-logout-id").empty());
  CHECK(world.client.count("bank.example") == 1);
}

TEST_CASE("rest: details are strings, whatever is in them; a session without any answers result alone") {
  RestWorld odd(test::Details{{"a\"b", "c\\d\n"}, {"z", ""}});
  CHECK(odd.post(kLogout, with_token(odd))->body == R"({"result":"Successfully logged out","a\"b":"c\\d\n","z":""})");
  RestWorld none(test::Details{});
  CHECK(none.post(kLogout, with_token(none))->body == R"({"result":"Successfully logged out"})");
}

TEST_CASE("rest: a failing back-end does not show in the answer; it is told again") {
  RestWorld world;
  world.client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 503 : 200; });
  const auto response = world.post(kLogout, with_token(world));
  CHECK(response->status == 200);
  world.loop.advance(base::seconds(2));
  CHECK(world.client.count("bank.example") == 2);
}

TEST_CASE("rest: the tokens are revoked, the provider's page is nobody's business") {
  RestWorld world;
  world.service();
  world.provider->change([](auto& metadata) { metadata.revocation_endpoint = "https://idp.example/revoke"; });
  const auto response = world.post(kLogout, with_token(world));
  world.loop.run_ready();
  CHECK(world.provider->revoked.size() == 2);
  CHECK(world.receipts.find(test::header(response, "x-logout-id"))->provider == logout::ProviderPart::none);
}

TEST_CASE("rest: the browser's own cookie goes only with its own session") {
  RestWorld world;
  const auto other = world.log_in("bob");
  const Request request("POST", kLogout, with_token(world));
  CHECK(test::header(world.send(request, other), "set-cookie").empty());
  CHECK(world.find(other->id) != nullptr);
  RestWorld own;
  const Request own_request("POST", kLogout, with_token(own));
  CHECK(!test::header(own.send(own_request, own.session), "set-cookie").empty());
}

TEST_CASE("rest: details never show in the browser's logout") {
  RestWorld world;
  const auto response = world.get("/my/logout", world.session);
  CHECK(response->body.find("clear_all_caches") == std::string::npos);
  RestWorld without_page;
  without_page.config.logout.page = "";
  without_page.config.providers.clear();
  CHECK(without_page.get("/my/logout", without_page.session)->body.find("clear_all") == std::string::npos);
}

TEST_CASE("rest: with the store away it says so in its dialect, and ends nothing") {
  test::AwayStore away;
  auto config = std::make_shared<config::Configuration>();
  config->am.emplace();
  RestWorld world;
  logout::RestSource source(config, away, world.ongoing, world.clock);
  const std::string id(session::SessionId::random().reveal());
  const Request request("POST", "/json/sessions?_action=logout", {{"iPlanetDirectoryPro", id}});
  const http::External external;
  const logout::SourceInput input{request.request, external, nullptr, ""};
  const auto recognised = test::run_task(source.recognise(input));
  REQUIRE(recognised);
  const auto* response = std::get_if<http::Response>(&**recognised);
  REQUIRE(response);
  CHECK(response->status == 503);
}

TEST_CASE("rest: explained as a logout of its own, whatever the token") {
  RestWorld world;
  const Request post("POST", kLogout);
  const auto logout = world.service().explain(post.request, world.external);
  REQUIRE(logout);
  CHECK(logout->protocol == "rest");
  REQUIRE(logout->plan);
  CHECK(logout->plan->cause == logout::Cause::rest);
  CHECK(logout->plan->calls.size() == 1);
  const Request get("GET", "/am/oauth2/connect/endSession");
  const auto ended = world.service().explain(get.request, world.external);
  REQUIRE(ended);
  CHECK(ended->protocol == "end_session");
  CHECK(ended->plan.has_value());
  CHECK(world.is_live());
}

TEST_CASE("rest: not configured, not recognised") {
  World world;
  CHECK(!world.service().may_handle("POST", "/json/sessions", "_action=logout"));
  CHECK(!world.service().may_handle("GET", "/oauth2/connect/endSession", "id_token_hint=x"));
}

}  // namespace router::rest_test
