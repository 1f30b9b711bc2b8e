#include "identity/security_event.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace router::security_event_test {

using namespace router::identity;
using nlohmann::json;

namespace {

constexpr long long kNow = 1'800'000'000;
const base::WallTime kWall{std::chrono::seconds(kNow)};
const std::string kCaep = "https://schemas.openid.net/secevent/caep/event-type/";
const std::string kRisc = "https://schemas.openid.net/secevent/risc/event-type/";

json good_set() {
  return {{"iss", "https://id.example"},
          {"aud", "https://app.example"},
          {"jti", "j-1"},
          {"iat", kNow - 5},
          {"txn", "t-1"},
          {"sub_id", {{"format", "iss_sub"}, {"iss", "https://id.example"}, {"sub", "ada"}}},
          {"events", {{kCaep + "session-revoked", json::object()}}}};
}

std::variant<SecurityEvent, RefusedSet> check(const json& claims, std::string typ = "secevent+jwt") {
  const crypto::JwsPayload token{{"RS256", "k", std::move(typ)}, claims.dump()};
  return check_security_event(token, "https://id.example", "https://app.example", kWall);
}

SecurityEvent accepted(const json& claims) {
  auto checked = check(claims);
  REQUIRE(std::holds_alternative<SecurityEvent>(checked));
  return std::get<SecurityEvent>(std::move(checked));
}

json with_event(const std::string& uri, const json& event) {
  json claims = good_set();
  claims["events"] = {{uri, event}};
  return claims;
}

base::WallTime at(double seconds) { return base::WallTime(base::milliseconds(std::llround(seconds * 1000))); }

}  // namespace

TEST_CASE("security event: a right one says who, what, when and why [issue 16]") {
  json claims = with_event(kCaep + "session-revoked", {{"event_timestamp", kNow - 60}, {"initiating_entity", "admin"}});
  const auto set = accepted(claims);
  CHECK(set.issuer == "https://id.example");
  CHECK(set.jti == "j-1");
  CHECK(set.txn == "t-1");
  CHECK(set.subject.value == "ada");
  REQUIRE(set.events.size() == 1);
  CHECK(set.events[0].name == "session-revoked");
  CHECK(set.initiating_entity == "admin");
  CHECK(set.at == at(kNow - 60 + 0.999));
}

TEST_CASE("security event: each rule of RFC 8417 and SSF 1.0 is checked (null takes the claim away) [issue 16]") {
  struct Row {
    const char* patch;
    const char* refused;  // nullptr: accepted
  };
  const Row rows[] = {
      {R"({})", nullptr},
      {R"({"txn":null})", nullptr},
      {R"({"txn":8675309})", nullptr},
      {R"({"txn":""})", "invalid_request"},
      {R"({"txn":{}})", "invalid_request"},
      {R"({"exp":1900000000})", "invalid_request"},
      {R"({"exp":"x"})", "invalid_request"},
      {R"({"sub":"ada"})", "invalid_request"},
      {R"({"sub":7})", "invalid_request"},
      {R"({"iss":"https://id.example/"})", "invalid_issuer"},
      {R"({"iss":null})", "invalid_issuer"},
      {R"({"iss":7})", "invalid_issuer"},
      {R"({"aud":"https://other.example"})", "invalid_audience"},
      {R"({"aud":["https://other.example","https://app.example"]})", nullptr},
      {R"({"aud":[]})", "invalid_audience"},
      {R"({"aud":null})", "invalid_audience"},
      {R"({"jti":null})", "invalid_request"},
      {R"({"jti":7})", "invalid_request"},
      {R"({"jti":""})", "invalid_request"},
      {R"({"iat":null})", "invalid_request"},
      {R"({"iat":"now"})", "invalid_request"},
      {R"({"iat":1800000061})", "invalid_request"},
      {R"({"iat":1e300})", "invalid_request"},
      {R"({"iat":1700000000})", nullptr},  // delivered late
      {R"({"sub_id":null})", "invalid_request"},
      {R"({"sub_id":"ada"})", "invalid_request"},
      {R"({"sub_id":{"format":"iss_sub","sub":null}})", "invalid_request"},
      {R"({"events":null})", "invalid_request"},
      {R"({"events":[]})", "invalid_request"},
      {R"({"events":{"https://schemas.openid.net/secevent/caep/event-type/session-revoked":null}})", "invalid_request"},
      {R"({"events":{"https://schemas.openid.net/secevent/caep/event-type/session-revoked":7}})", "invalid_request"},
      {R"({"events":{"https://schemas.openid.net/secevent/caep/event-type/session-revoked":[]}})", "invalid_request"},
      {R"({"events":{"https://example.com/of/my/own":{}}})", "invalid_request"},
      {R"({"events":{"session-revoked":{}}})", "invalid_request"},
      {R"({"events":{"http://schemas.openid.net/event/backchannel-logout":{}}})", "invalid_request"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.patch);
    json claims = good_set();
    claims.merge_patch(json::parse(row.patch));
    const auto checked = check(claims);
    const auto* refused = std::get_if<RefusedSet>(&checked);
    CHECK((refused != nullptr) == (row.refused != nullptr));
    if (refused != nullptr && row.refused != nullptr) {
      CHECK(to_string(refused->fault) == row.refused);
      CHECK_FALSE(refused->detail.empty());
    }
  }
}

TEST_CASE("security event: the type must be there, so that no other token passes for one [issue 16]") {
  for (const char* typ : {"secevent+jwt", "application/secevent+jwt", "SecEvent+JWT"}) {
    CAPTURE(typ);
    CHECK(std::holds_alternative<SecurityEvent>(check(good_set(), typ)));
  }
  for (const char* typ : {"", "jwt", "JWT", "logout+jwt", "at+jwt", "secevent", "secevent+jwt "}) {
    CAPTURE(typ);
    CHECK(std::holds_alternative<RefusedSet>(check(good_set(), typ)));
  }
}

TEST_CASE(
    "security event: event_timestamp is read in seconds or milliseconds, and never lies in the future [issue 16]") {
  struct Row {
    json timestamp;
    double at;
  };
  const Row rows[] = {
      {kNow - 100, kNow - 100 + 0.999},
      {(kNow - 100) * 1000 + 250, kNow - 100 + 0.25},
      {kNow + 3600, kNow - 5 + 0.999},
      {kNow - 100.5, kNow - 101 + 0.999},
  };
  for (const auto& row : rows) {
    CAPTURE(row.timestamp.dump());
    CHECK(accepted(with_event(kCaep + "session-revoked", {{"event_timestamp", row.timestamp}})).at == at(row.at));
  }
  CHECK(accepted(good_set()).at == at(kNow - 5 + 0.999));
  json ahead = good_set();
  ahead["iat"] = kNow + 30;
  CHECK(accepted(ahead).at == kWall);
  for (const json& bad : {json("yesterday"), json(-1), json(1e300), json::object()}) {
    CAPTURE(bad.dump());
    CHECK(std::holds_alternative<RefusedSet>(check(with_event(kCaep + "session-revoked", {{"event_timestamp", bad}}))));
  }
}

TEST_CASE("security event: a change for the better is told from one for the worse [issue 16]") {
  struct Row {
    std::string name;
    json event;
    bool is_better;
  };
  const Row rows[] = {
      {"device-compliance-change", {{"current_status", "not-compliant"}}, false},
      {"device-compliance-change", {{"current_status", "compliant"}}, true},
      {"device-compliance-change", json::object(), false},
      {"assurance-level-change", {{"change_direction", "increase"}}, true},
      {"assurance-level-change", {{"change_direction", "decrease"}}, false},
      {"assurance-level-change", json::object(), false},
      {"risk-level-change", {{"current_level", "LOW"}}, true},
      {"risk-level-change", {{"current_level", "HIGH"}}, false},
      {"credential-change", {{"change_type", "create"}, {"current_status", "compliant"}}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.event.dump());
    CHECK(accepted(with_event(kCaep + row.name, row.event)).events.at(0).is_better == row.is_better);
  }
}

TEST_CASE("security event: of several events the earliest time holds, and all are kept [issue 16]") {
  json claims = good_set();
  claims["events"] = {{kCaep + "session-revoked", {{"event_timestamp", kNow - 10}}},
                      {kRisc + "account-disabled", {{"event_timestamp", kNow - 20}, {"reason", "hijacking"}}}};
  const auto set = accepted(claims);
  CHECK(set.events.size() == 2);
  CHECK(set.at == at(kNow - 20 + 0.999));
  json many = good_set();
  for (int i = 0; i < 20; ++i) many["events"][kCaep + "x" + std::to_string(i)] = json::object();
  CHECK(std::holds_alternative<RefusedSet>(check(many)));
}

}  // namespace router::security_event_test
