// REST login as scripts see it (docs/contract/logout.md section 3).
#include <doctest/doctest.h>

#include "login/rest_login_world.h"

namespace router::rest_login_test {

using base::ErrorCode;
using nlohmann::json;
using test::FieldPairs;
using test::kBjensen;
using test::kRestJourney;
using test::kRestPath;
using test::LoginWorld;
using test::RestLoginWorld;

TEST_CASE("rest login: the documented call makes a session and answers its token") {
  RestLoginWorld world;
  auto fields = kBjensen;
  fields.emplace_back("Accept-API-Version", "resource=2.1, protocol=1.0");
  const auto response = world.post(kRestPath + kRestJourney, fields);
  CHECK(response.status == 200);
  CHECK(world.provider.passwords == std::vector<std::string>{"bjensen:Ch4ng3it!"});
  const auto session = world.session_of(response);
  REQUIRE(session);
  CHECK(response.body == "{\"tokenId\":\"" + std::string(session->id.reveal()) +
                             "\",\"successUrl\":\"/am/console\",\"realm\":\"/alpha\"}");
  CHECK(response.headers.get("Cache-Control") == "no-store");
  CHECK(!response.headers.contains("Set-Cookie"));
  CHECK(session->logout_details == std::map<std::string, std::string>{{"clear_all_caches", "true"}});
  CHECK(session->provider == "idp");
  CHECK(session->user_name == "alice");
}

TEST_CASE("rest login: a user whom the provider signs out meanwhile gets no session, and the tokens are given back") {
  RestLoginWorld world;
  world.provider.before_answer = [&] {
    session::EndedAtProvider ended{
        .issuer = "https://idp.example", .subject = world.provider.login.claims.subject, .at = world.clock.wall()};
    REQUIRE(test::run_task(world.store.remember_ended(std::move(ended))));
    world.clock.advance(base::seconds(1));
  };
  const auto response = world.post(kRestPath + kRestJourney, kBjensen);
  CHECK(response.status == 401);
  CHECK(world.sessions() == 0);
  world.background.run_ready();
  CHECK(world.provider.revoked == std::vector<std::string>{"rt-1"});
}

TEST_CASE("rest login: with a limit on a user's sessions the oldest one makes room, and its back-ends are told") {
  RestLoginWorld world;
  world.config.environment.limits.sessions_per_user = 1;
  const auto first = world.session_of(world.post(kRestPath + kRestJourney, kBjensen));
  const auto second = world.session_of(world.post(kRestPath + kRestJourney, kBjensen));
  REQUIRE(first);
  REQUIRE(second);
  world.background.run_ready();
  REQUIRE(world.over.size() == 1);
  CHECK(world.over[0]->id == first->id);
  CHECK(world.find(second->id));
}

TEST_CASE("rest login: method, version, realm and journey decide before the password is looked at") {
  struct Row {
    std::string method;
    std::string target;
    FieldPairs fields;
    int status;
    std::string message;
  };
  const std::vector<Row> rows = {
      {"POST", kRestPath, {}, 200, ""},
      {"POST", "/json/realms/root/realms/alpha/authenticate", {}, 200, ""},
      {"POST", "/am/json/authenticate?realm=/alpha", {}, 200, ""},
      {"POST", kRestPath + "/", {}, 200, ""},
      {"POST", kRestPath, {{"Accept-API-Version", "resource=2.0, protocol=1.0"}}, 200, ""},
      {"POST", kRestPath, {{"Accept-API-Version", "resource=3.1"}}, 200, ""},
      {"POST",
       kRestPath,
       {{"Accept-API-Version", "resource=1.0"}},
       404,
       "API version not supported: resource=2.0 to resource=5.1 and protocol=1.0 to protocol=2.9 are"},
      {"POST", "/am/json/realms/root/realms/beta/authenticate", {}, 404, "Realm not found"},
      {"POST", "/am/json/realms/root/authenticate", {}, 404, "Realm not found"},
      {"POST", "/am/json/authenticate", {}, 404, "Realm not found"},
      {"POST", kRestPath + "?authIndexType=service&authIndexValue=unknown", {}, 401, "No Configuration found"},
      {"POST",
       kRestPath + "?authIndexType=module&authIndexValue=x",
       {},
       400,
       "authIndexType is not supported: service is"},
      {"POST", kRestPath + kRestJourney + "&authIndexValue=tokenless", {}, 400, "A parameter comes twice"},
      {"GET", kRestPath, {}, 405, "Method not allowed"},
      {"HEAD", kRestPath, {}, 405, "Method not allowed"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    RestLoginWorld world;
    auto fields = row.fields;
    fields.insert(fields.end(), kBjensen.begin(), kBjensen.end());
    const auto response = world.send(row.method, row.target, fields);
    CHECK(response.status == row.status);
    CHECK(world.sessions() == (row.status == 200 ? 1 : 0));
    if (row.status == 200) continue;
    const auto body = json::parse(response.body);
    CHECK(body["code"] == row.status);
    CHECK(body["reason"] == std::string(http::reason_phrase(row.status)));
    CHECK(body["message"] == row.message);
  }
}

TEST_CASE("rest login: the realm may be written in each of its forms, and versions go up to 5.1 [S37]") {
  struct Row {
    std::string target;
    std::string version;
    int status;
  };
  const std::vector<Row> rows = {
      {"/am/json/realms/alpha/authenticate", "", 200},
      {"/am/json/alpha/authenticate", "", 200},
      {"/json/alpha/authenticate", "resource=2.1", 200},
      {"/json/root/alpha/authenticate", "", 200},
      {"/json/authenticate?realm=alpha", "", 200},
      {"/json/realms/root/authenticate?realm=/alpha", "", 200},
      {kRestPath, "resource=4.0, protocol=1.0", 200},
      {kRestPath, "resource=5.1, protocol=2.1", 200},
      {kRestPath, "resource=5.2", 404},
      {"/json/beta/authenticate", "", 404},
      {"/json/realms/beta/authenticate", "", 404},
      {"/json/authenticate?realm=beta", "", 404},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    CAPTURE(row.version);
    RestLoginWorld world;
    auto fields = kBjensen;
    if (!row.version.empty()) fields.emplace_back("Accept-API-Version", row.version);
    CHECK(world.send("POST", row.target, fields).status == row.status);
    CHECK(world.sessions() == (row.status == 200 ? 1 : 0));
  }
}

TEST_CASE("rest login: names and passwords beyond ASCII come raw or as encoded words") {
  struct Row {
    std::string user;
    std::string password;
    std::string asked;
  };
  const std::vector<Row> rows = {
      {"J\xC3\xBCrgen", "p", "J\xC3\xBCrgen:p"},
      {"=?UTF-8?B?SsO8cmdlbg==?=", "=?UTF-8?Q?gr=C3=BC=C3=9Fe?=",
       "J\xC3\xBCrgen:gr\xC3\xBC\xC3\x9F"
       "e"},
      {"a b", "c:d", "a b:c:d"},
  };
  for (const auto& row : rows) {
    RestLoginWorld world;
    const auto response = world.post(kRestPath, {{"X-OpenAM-Username", row.user}, {"X-OpenAM-Password", row.password}});
    CHECK(response.status == 200);
    CHECK(world.provider.passwords == std::vector<std::string>{row.asked});
  }
  RestLoginWorld world;
  CHECK(world.post(kRestPath, {{"X-OpenAM-Username", "J\xFCrgen"}, {"X-OpenAM-Password", "p"}}).status == 400);
  CHECK(world.provider.passwords.empty());
}

TEST_CASE("rest login: a wrong password is 401, the sixth within a minute 429") {
  RestLoginWorld world;
  world.refuse();
  for (int i = 0; i < 5; ++i) {
    const auto response = world.post(kRestPath, kBjensen);
    CHECK(response.status == 401);
    CHECK(response.body == R"({"code":401,"reason":"Unauthorized","message":"Login failure"})");
  }
  const auto response = world.post(kRestPath, kBjensen);
  CHECK(response.status == 429);
  CHECK(response.headers.get("Retry-After") == "60");
  CHECK(world.provider.passwords.size() == 5);
  CHECK(world.post(kRestPath, {{"X-OpenAM-Username", "other"}, {"X-OpenAM-Password", "x"}}).status == 401);
  world.clock.advance(base::seconds(60));
  world.provider.error.reset();
  CHECK(world.post(kRestPath, kBjensen).status == 200);
  CHECK(world.sessions() == 1);
}

TEST_CASE("rest login: six hundred users from one address in a second are sixty [S14]") {
  RestLoginWorld world;
  int admitted = 0;
  for (int i = 0; i < 600; ++i) {
    const FieldPairs user{{"X-OpenAM-Username", "user" + std::to_string(i)}, {"X-OpenAM-Password", "x"}};
    admitted += world.post(kRestPath, user).status == 200 ? 1 : 0;
  }
  CHECK(admitted == 60);
  CHECK(world.provider.passwords.size() == 60);
  const auto refused = world.post(kRestPath, kBjensen);
  CHECK(refused.status == 429);
  CHECK(refused.headers.get("Retry-After") == "1");
}

TEST_CASE("rest login: an empty password is never asked about") {
  RestLoginWorld world;
  CHECK(world.post(kRestPath, {{"X-OpenAM-Username", "bjensen"}, {"X-OpenAM-Password", ""}}).status == 401);
  CHECK(world.provider.passwords.empty());
}

TEST_CASE("rest login: while the provider is away it says so, and nobody is locked out") {
  RestLoginWorld world;
  world.provider.error = base::Error{ErrorCode::timeout, base::Side::identity_provider, "no answer"};
  for (int i = 0; i < 10; ++i) CHECK(world.post(kRestPath, kBjensen).status == 503);
  world.provider.error.reset();
  CHECK(world.post(kRestPath, kBjensen).status == 200);
}

TEST_CASE("rest login: without session nothing is made, and the grant is given back") {
  for (const std::string& target :
       {kRestPath + "?authIndexType=service&authIndexValue=tokenless", kRestPath + kRestJourney + "&noSession=true"}) {
    CAPTURE(target);
    RestLoginWorld world;
    const auto response = world.post(target, kBjensen);
    world.background.run_ready();
    CHECK(response.status == 200);
    CHECK(response.body == R"({"message":"Authentication Successful","successUrl":"/am/console","realm":"/alpha"})");
    CHECK(world.sessions() == 0);
    CHECK(world.provider.revoked == std::vector<std::string>{"rt-1"});
  }
  RestLoginWorld world;
  CHECK(world.session_of(world.post(kRestPath + kRestJourney + "&noSession=false", kBjensen)));
}

TEST_CASE("rest login: details are those of the journey at login; none without a journey") {
  RestLoginWorld world;
  const auto plain = world.session_of(world.post(kRestPath, kBjensen));
  REQUIRE(plain);
  CHECK(plain->logout_details.empty());
  const auto detailed = world.session_of(world.post(kRestPath + kRestJourney, kBjensen));
  world.config.am->journeys["myJourney"].logout_details = {{"changed", "later"}};
  world.make_service();
  CHECK(world.find(detailed->id)->logout_details.contains("clear_all_caches"));
}

TEST_CASE("rest login: only where it is configured, only at its path") {
  LoginWorld without;
  CHECK(without.service->rest() == nullptr);
  RestLoginWorld world;
  CHECK(!world.service->rest()->is_login(*http::parse_target("GET", "/other")));
  CHECK(!world.service->rest()->is_login(*http::parse_target("GET", "/am/json/sessions/")));
}

}  // namespace router::rest_login_test
