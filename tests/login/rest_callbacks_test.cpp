// REST login in two steps: the callbacks, filled in by the client (docs/contract/logout.md section 3).
#include <doctest/doctest.h>

#include "login/rest_login_world.h"
#include "support/hostile_json.h"

namespace router::rest_callbacks_test {

using nlohmann::json;
using test::FieldPairs;
using test::kRestJourney;
using test::kRestPath;
using test::RestLoginWorld;

namespace {

json filled_in(json callbacks, const std::string& user, const std::string& password) {
  callbacks["callbacks"][0]["input"][0]["value"] = user;
  callbacks["callbacks"][1]["input"][0]["value"] = password;
  return callbacks;
}

}  // namespace

TEST_CASE("rest login: without the fields it answers the callbacks, and accepts them filled in") {
  RestLoginWorld world;
  for (const FieldPairs& fields : {FieldPairs{}, FieldPairs{{"X-OpenAM-Username", "bjensen"}}}) {
    const auto first = world.post(kRestPath + kRestJourney, fields);
    CHECK(first.status == 200);
    const auto callbacks = json::parse(first.body);
    CHECK(callbacks["callbacks"][0]["type"] == "NameCallback");
    CHECK(callbacks["callbacks"][0]["output"][0]["value"] == "User Name");
    CHECK(callbacks["callbacks"][0]["input"][0]["name"] == "IDToken1");
    CHECK(callbacks["callbacks"][1]["type"] == "PasswordCallback");
    CHECK(callbacks["callbacks"][1]["input"][0]["name"] == "IDToken2");
    CHECK(callbacks["authId"].get<std::string>().size() < 500);
    // the journey is in the authId, the query need not be repeated
    const auto second = world.post_json(kRestPath, filled_in(callbacks, "bjensen", "Ch4ng3it!"));
    CHECK(second.status == 200);
    const auto session = world.session_of(second);
    REQUIRE(session);
    CHECK(session->logout_details.size() == 1);
  }
  CHECK(world.post_json(kRestPath, json::object()).body.find("\"authId\"") != std::string::npos);
}

TEST_CASE("rest login: the older document's call, without user and password, gets the callbacks") {
  RestLoginWorld world;
  const auto response = world.post(kRestPath + kRestJourney, {{"Content-Type", "application/json"},
                                                              {"Accept-API-Version", "resource=2.0, protocol=1.0"}});
  CHECK(response.status == 200);
  CHECK(json::parse(response.body).contains("authId"));
  CHECK(world.sessions() == 0);
}

TEST_CASE("rest login: an authId is ours, of this realm, and at most five minutes old") {
  RestLoginWorld world;
  const auto callbacks = json::parse(world.post(kRestPath + kRestJourney).body);
  const auto good = filled_in(callbacks, "bjensen", "p");
  auto forged = good;
  forged["authId"] = good["authId"].get<std::string>() + "A";
  CHECK(world.post_json(kRestPath, forged).status == 401);
  forged["authId"] = "";
  CHECK(world.post_json(kRestPath, forged).status == 401);
  forged["authId"] = std::string(10'000, 'A');
  CHECK(world.post_json(kRestPath, forged).status == 401);
  world.clock.advance(base::seconds(300));
  CHECK(world.post_json(kRestPath, good).status == 200);
  world.clock.advance(base::seconds(1));
  CHECK(world.post_json(kRestPath, good).status == 401);
}

TEST_CASE("rest login: hostile bodies get a clear error") {
  RestLoginWorld world;
  const auto callbacks = json::parse(world.post(kRestPath).body);
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
    FieldPairs fields;
    if (!row.type.empty()) fields.emplace_back("Content-Type", row.type);
    CHECK(world.post(kRestPath, fields, row.body).status == row.status);
  }
}

TEST_CASE("rest login: whatever fills a body, it gets a clear answer and no session [S1]") {
  RestLoginWorld world;
  for (const auto& row : test::hostile_json(16'000)) {
    CAPTURE(row.name);
    const auto response = world.post(kRestPath, {{"Content-Type", "application/json"}}, row.text);
    CHECK((response.status == 400 || (response.status == 200 && std::string(row.name) == "blanks")));
  }
  CHECK(world.sessions() == 0);
}

TEST_CASE("rest login: the members of a body are few, its nesting is flat [S1]") {
  RestLoginWorld world;
  auto callbacks = json::parse(world.post(kRestPath + kRestJourney).body);
  auto good = filled_in(callbacks, "bjensen", "p");
  good["more"] = json::array();
  for (int i = 0; i < 900; ++i) good["more"].push_back(i);
  CHECK(world.post_json(kRestPath, good).status == 200);
  for (int i = 0; i < 200; ++i) good["more"].push_back(i);
  CHECK(world.post_json(kRestPath, good).status == 400);
}

}  // namespace router::rest_callbacks_test
