#include "identity/id_token.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace router::id_token_test {

using namespace router::identity;
using nlohmann::json;

namespace {

constexpr long long kNow = 1'800'000'000;
const base::WallTime kWall{std::chrono::seconds(kNow)};

json good_claims() {
  return {{"iss", "https://idp.example"},
          {"aud", "router"},
          {"sub", "alice"},
          {"iat", kNow - 5},
          {"exp", kNow + 300},
          {"nonce", "n-0S6"},
          {"sid", "sid-1"},
          {"email", "a@example.com"}};
}

IdTokenExpectation expectation() {
  IdTokenExpectation expected;
  expected.issuer = "https://idp.example";
  expected.client_id = "router";
  expected.nonce = "n-0S6";
  return expected;
}

crypto::JwsPayload token(const json& claims, std::string typ = "") {
  return {{"RS256", "k", std::move(typ)}, claims.dump()};
}

bool accepted(const json& patch, const IdTokenExpectation& expected = expectation()) {
  json claims = good_claims();
  claims.merge_patch(patch);
  const auto result = check_id_token(token(claims), expected, kWall);
  if (!result) CHECK(result.error().code == base::ErrorCode::unauthenticated);
  return result.has_value();
}

}  // namespace

TEST_CASE("id token: a right one gives the claims that the router uses") {
  const auto claims = check_id_token(token(good_claims(), "JWT"), expectation(), kWall);
  REQUIRE(claims);
  CHECK(claims->issuer == "https://idp.example");
  CHECK(claims->subject == "alice");
  CHECK(claims->idp_session_id == "sid-1");
  CHECK(claims->user_name == "a@example.com");
  CHECK(json::parse(claims->json) == good_claims());
}

TEST_CASE("id token: each claim of Core 3.1.3.7 is checked (null takes the claim away)") {
  struct Row {
    const char* patch;
    bool good;
  };
  const Row rows[] = {{R"({})", true},
                      {R"({"iss":"https://idp.example/"})", false},
                      {R"({"iss":"https://IDP.example"})", false},
                      {R"({"iss":null})", false},
                      {R"({"iss":["https://idp.example"]})", false},
                      {R"({"aud":"other"})", false},
                      {R"({"aud":null})", false},
                      {R"({"aud":["router","other"]})", false},
                      {R"({"aud":["router","other"],"azp":"other"})", false},
                      {R"({"aud":["router","other"],"azp":"router"})", true},
                      {R"({"sub":null})", false},
                      {R"({"sub":""})", false},
                      {R"({"sub":5})", false},
                      {R"({"iat":null})", false},
                      {R"({"iat":1800000060})", true},
                      {R"({"iat":1800000061})", false},
                      {R"({"iat":2115360000})", false},
                      {R"({"iat":"now"})", false},
                      {R"({"exp":null})", false},
                      {R"({"exp":1799999941})", true},
                      {R"({"exp":1799999940})", false},
                      {R"({"exp":1e300})", false},
                      {R"({"exp":"2030"})", false},
                      {R"({"exp":-1})", false},
                      {R"({"nbf":1800000061})", false},
                      {R"({"nbf":"x"})", false},
                      {R"({"nonce":null})", false},
                      {R"({"nonce":"n-0S7"})", false},
                      {R"({"nonce":""})", false},
                      {R"({"nonce":["n-0S6"]})", false},
                      {R"({"sid":7})", false},
                      {R"({"sid":null})", true},
                      {R"({"events":{"http://schemas.openid.net/event/backchannel-logout":{}}})", false}};
  for (const Row& row : rows) {
    CAPTURE(row.patch);
    CHECK(accepted(json::parse(row.patch)) == row.good);
  }
}

TEST_CASE("id token: tokens of another type are none") {
  for (const char* typ : {"logout+jwt", "at+jwt", "dpop+jwt"}) {
    CAPTURE(typ);
    CHECK_FALSE(check_id_token(token(good_claims(), typ), expectation(), kWall));
  }
  CHECK_FALSE(check_id_token({{"RS256", "", ""}, "[]"}, expectation(), kWall));
  CHECK_FALSE(check_id_token({{"RS256", "", ""}, "no json"}, expectation(), kWall));
  CHECK_FALSE(check_id_token({{"RS256", "", ""}, R"({"sub":"a","sub":"b"})"}, expectation(), kWall));
}

TEST_CASE("id token: a refreshed one names the same user and needs no nonce") {
  auto expected = expectation();
  expected.nonce.clear();
  expected.subject = "alice";
  CHECK(accepted({{"nonce", nullptr}}, expected));
  CHECK_FALSE(accepted({{"sub", "bob"}}, expected));
  CHECK_FALSE(accepted({{"iss", "https://other.example"}}, expected));
}

TEST_CASE("id token: as a hint it may have expired, but nothing else may be wrong") {
  auto expected = expectation();
  expected.nonce.clear();
  expected.expiry_checked = false;
  CHECK(accepted({{"exp", kNow - 100'000}}, expected));
  CHECK_FALSE(accepted({{"exp", "long ago"}}, expected));
  CHECK_FALSE(accepted({{"exp", kNow - 100'000}, {"aud", "other"}}, expected));
  CHECK_FALSE(accepted({{"exp", kNow - 100'000}, {"iss", "https://other.example"}}, expected));
}

}  // namespace router::id_token_test
