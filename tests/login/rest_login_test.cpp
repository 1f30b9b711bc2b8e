// REST login as scripts see it (000, 001; logout.md section 3).
#include "login/rest_login.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "login/browser.h"

using namespace router;
using base::ErrorCode;
using nlohmann::json;
using test::LoginWorld;

namespace {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

const std::string kPath = "/am/json/realms/root/realms/alpha/authenticate";
const std::string kJourney = "?authIndexType=service&authIndexValue=myJourney";
const HeaderList kBjensen{{"X-OpenAM-Username", "bjensen"}, {"X-OpenAM-Password", "Ch4ng3it!"}};

struct RestWorld : LoginWorld {
  RestWorld() {
    config::Am am;
    am.realm = "/alpha";
    am.context_path = "/am";
    am.success_url = "/am/console";
    am.journeys["myJourney"].logout_details = {{"clear_all_caches", "true"}};
    am.journeys["tokenless"].no_session = true;
    am.journeys["tokenless"].logout_details = {{"never", "shown"}};
    config.am = am;
    external.client_address = "203.0.113.7";
    make_service();
  }

  http::Response send(const std::string& method, const std::string& target, const HeaderList& fields = {},
                      std::string body = {}) {
    http::Request request;
    request.method = method;
    request.target = *http::parse_target("GET", target);
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    REQUIRE(service->rest());
    REQUIRE(service->rest()->is_login(request.target));
    return test::run_task(service->rest()->answer(request, external, std::move(body), home), &home);
  }
  http::Response post(const std::string& target, const HeaderList& fields = {}, std::string body = {}) {
    return send("POST", target, fields, std::move(body));
  }
  http::Response post_json(const std::string& target, const json& body) {
    return post(target, {{"Content-Type", "application/json"}}, body.dump());
  }
  session::Snapshot session_of(const http::Response& response) {
    const auto answer = json::parse(response.body);
    const auto id = session::SessionId::parse(answer.value("tokenId", ""));
    return id ? find(*id) : nullptr;
  }
  std::uint64_t sessions() { return store.counts().created; }
  void refuse() {
    provider.error = base::Error{ErrorCode::unauthenticated, base::Side::identity_provider, "invalid_grant"};
  }
};

json filled_in(json callbacks, const std::string& user, const std::string& password) {
  callbacks["callbacks"][0]["input"][0]["value"] = user;
  callbacks["callbacks"][1]["input"][0]["value"] = password;
  return callbacks;
}

}  // namespace

TEST_CASE("rest login: the seed's call makes a session and answers its token") {
  RestWorld world;
  auto fields = kBjensen;
  fields.emplace_back("Accept-API-Version", "resource=2.1, protocol=1.0");
  const auto response = world.post(kPath + kJourney, fields);
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

TEST_CASE("rest login: method, version, realm and journey decide before the password is looked at") {
  struct Row {
    std::string method;
    std::string target;
    HeaderList fields;
    int status;
    std::string message;
  };
  const std::vector<Row> rows = {
      {"POST", kPath, {}, 200, ""},
      {"POST", "/json/realms/root/realms/alpha/authenticate", {}, 200, ""},
      {"POST", "/am/json/authenticate?realm=/alpha", {}, 200, ""},
      {"POST", kPath + "/", {}, 200, ""},
      {"POST", kPath, {{"Accept-API-Version", "resource=2.0, protocol=1.0"}}, 200, ""},
      {"POST", kPath, {{"Accept-API-Version", "resource=3.1"}}, 200, ""},
      {"POST",
       kPath,
       {{"Accept-API-Version", "resource=1.0"}},
       404,
       "Resource version not supported: 2.0 to 3.1 are"},
      {"POST", "/am/json/realms/root/realms/beta/authenticate", {}, 404, "Realm not found"},
      {"POST", "/am/json/realms/root/authenticate", {}, 404, "Realm not found"},
      {"POST", "/am/json/authenticate", {}, 404, "Realm not found"},
      {"POST", kPath + "?authIndexType=service&authIndexValue=unknown", {}, 401, "No Configuration found"},
      {"POST",
       kPath + "?authIndexType=module&authIndexValue=x",
       {},
       400,
       "authIndexType is not supported: service is"},
      {"POST", kPath + kJourney + "&authIndexValue=tokenless", {}, 400, "A parameter comes twice"},
      {"GET", kPath, {}, 405, "Method not allowed"},
      {"HEAD", kPath, {}, 405, "Method not allowed"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    RestWorld world;
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
    RestWorld world;
    const auto response =
        world.post(kPath, {{"X-OpenAM-Username", row.user}, {"X-OpenAM-Password", row.password}});
    CHECK(response.status == 200);
    CHECK(world.provider.passwords == std::vector<std::string>{row.asked});
  }
  RestWorld world;
  CHECK(world.post(kPath, {{"X-OpenAM-Username", "J\xFCrgen"}, {"X-OpenAM-Password", "p"}}).status == 400);
  CHECK(world.provider.passwords.empty());
}

TEST_CASE("rest login: without the fields it answers the callbacks, and accepts them filled in") {
  RestWorld world;
  for (const HeaderList& fields : {HeaderList{}, HeaderList{{"X-OpenAM-Username", "bjensen"}}}) {
    const auto first = world.post(kPath + kJourney, fields);
    CHECK(first.status == 200);
    const auto callbacks = json::parse(first.body);
    CHECK(callbacks["callbacks"][0]["type"] == "NameCallback");
    CHECK(callbacks["callbacks"][0]["output"][0]["value"] == "User Name");
    CHECK(callbacks["callbacks"][0]["input"][0]["name"] == "IDToken1");
    CHECK(callbacks["callbacks"][1]["type"] == "PasswordCallback");
    CHECK(callbacks["callbacks"][1]["input"][0]["name"] == "IDToken2");
    CHECK(callbacks["authId"].get<std::string>().size() < 500);
    // the journey is in the authId, the query need not be repeated
    const auto second = world.post_json(kPath, filled_in(callbacks, "bjensen", "Ch4ng3it!"));
    CHECK(second.status == 200);
    const auto session = world.session_of(second);
    REQUIRE(session);
    CHECK(session->logout_details.size() == 1);
  }
  CHECK(world.post_json(kPath, json::object()).body.find("\"authId\"") != std::string::npos);
}

TEST_CASE("rest login: an authId is ours, of this realm, and at most five minutes old") {
  RestWorld world;
  const auto callbacks = json::parse(world.post(kPath + kJourney).body);
  const auto good = filled_in(callbacks, "bjensen", "p");
  auto forged = good;
  forged["authId"] = good["authId"].get<std::string>() + "A";
  CHECK(world.post_json(kPath, forged).status == 401);
  forged["authId"] = "";
  CHECK(world.post_json(kPath, forged).status == 401);
  forged["authId"] = std::string(10'000, 'A');
  CHECK(world.post_json(kPath, forged).status == 401);
  world.clock.advance(base::seconds(300));
  CHECK(world.post_json(kPath, good).status == 200);
  world.clock.advance(base::seconds(1));
  CHECK(world.post_json(kPath, good).status == 401);
}

TEST_CASE("rest login: hostile bodies get a clear error") {
  RestWorld world;
  const auto callbacks = json::parse(world.post(kPath).body);
  auto half = callbacks;
  half["callbacks"].erase(1);
  auto typed = filled_in(callbacks, "a", "b");
  typed["callbacks"][0]["input"][0]["value"] = 5;
  struct Row {
    std::string type;
    std::string body;
    int status;
  };
  const std::vector<Row> rows = {
      {"application/json", "{", 400},
      {"application/json", "[]", 400},
      {"application/json", "5", 400},
      {"application/json", R"({"callbacks":[]})", 400},
      {"application/json", R"({"authId":5})", 400},
      {"application/json", half.dump(), 400},
      {"application/json", typed.dump(), 400},
      {"application/json", std::string(1000, '['), 400},
      {"application/json", std::string(login::kMaxRestBody + 1, ' ') + "{}", 413},
      {"text/plain", filled_in(callbacks, "a", "b").dump(), 415},
      {"", filled_in(callbacks, "a", "b").dump(), 415},
      {"application/json; charset=UTF-8", filled_in(callbacks, "a", "b").dump(), 200},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body.substr(0, 100));
    HeaderList fields;
    if (!row.type.empty()) fields.emplace_back("Content-Type", row.type);
    CHECK(world.post(kPath, fields, row.body).status == row.status);
  }
}

TEST_CASE("rest login: a wrong password is 401, the sixth within a minute 429") {
  RestWorld world;
  world.refuse();
  for (int i = 0; i < 5; ++i) {
    const auto response = world.post(kPath, kBjensen);
    CHECK(response.status == 401);
    CHECK(response.body == R"({"code":401,"reason":"Unauthorized","message":"Login failure"})");
  }
  const auto response = world.post(kPath, kBjensen);
  CHECK(response.status == 429);
  CHECK(response.headers.get("Retry-After") == "60");
  CHECK(world.provider.passwords.size() == 5);
  CHECK(world.post(kPath, {{"X-OpenAM-Username", "other"}, {"X-OpenAM-Password", "x"}}).status == 401);
  world.clock.advance(base::seconds(60));
  world.provider.error.reset();
  CHECK(world.post(kPath, kBjensen).status == 200);
  CHECK(world.sessions() == 1);
}

TEST_CASE("rest login: an empty password is never asked about") {
  RestWorld world;
  CHECK(world.post(kPath, {{"X-OpenAM-Username", "bjensen"}, {"X-OpenAM-Password", ""}}).status == 401);
  CHECK(world.provider.passwords.empty());
}

TEST_CASE("rest login: while the provider is away it says so, and nobody is locked out") {
  RestWorld world;
  world.provider.error = base::Error{ErrorCode::timeout, base::Side::identity_provider, "no answer"};
  for (int i = 0; i < 10; ++i) CHECK(world.post(kPath, kBjensen).status == 503);
  world.provider.error.reset();
  CHECK(world.post(kPath, kBjensen).status == 200);
}

TEST_CASE("rest login: without session nothing is made, and the grant is given back") {
  for (const std::string& target :
       {kPath + "?authIndexType=service&authIndexValue=tokenless", kPath + kJourney + "&noSession=true"}) {
    CAPTURE(target);
    RestWorld world;
    const auto response = world.post(target, kBjensen);
    world.background.run_ready();
    CHECK(response.status == 200);
    CHECK(response.body ==
          R"({"message":"Authentication Successful","successUrl":"/am/console","realm":"/alpha"})");
    CHECK(world.sessions() == 0);
    CHECK(world.provider.revoked == std::vector<std::string>{"rt-1"});
  }
  RestWorld world;
  CHECK(world.session_of(world.post(kPath + kJourney + "&noSession=false", kBjensen)));
}

TEST_CASE("rest login: details are those of the journey at login; none without a journey") {
  RestWorld world;
  const auto plain = world.session_of(world.post(kPath, kBjensen));
  REQUIRE(plain);
  CHECK(plain->logout_details.empty());
  const auto detailed = world.session_of(world.post(kPath + kJourney, kBjensen));
  world.config.am->journeys["myJourney"].logout_details = {{"changed", "later"}};
  world.make_service();
  CHECK(world.find(detailed->id)->logout_details.contains("clear_all_caches"));
}

TEST_CASE("rest login: only where it is configured, only at its path") {
  LoginWorld without;
  CHECK(without.service->rest() == nullptr);
  RestWorld world;
  CHECK(!world.service->rest()->is_login(*http::parse_target("GET", "/other")));
  CHECK(!world.service->rest()->is_login(*http::parse_target("GET", "/am/json/sessions/")));
}
