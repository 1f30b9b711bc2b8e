#include "identity/logout_token.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace router::logout_token_test {

using namespace router::identity;
using nlohmann::json;

namespace {

constexpr long long kNow = 1'800'000'000;
const base::WallTime kWall{std::chrono::seconds(kNow)};

json good_claims() {
  return {{"iss", "https://idp.example"},
          {"aud", "router"},
          {"sub", "alice"},
          {"sid", "sid-1"},
          {"jti", "j-1"},
          {"iat", kNow - 5},
          {"exp", kNow + 100},
          {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
}

base::Result<LogoutToken> check(const json& claims, std::string typ = "logout+jwt") {
  const crypto::JwsPayload token{{"RS256", "k", std::move(typ)}, claims.dump()};
  return check_logout_token(token, "https://idp.example", "router", kWall);
}

}  // namespace

TEST_CASE("logout token: a right one says who is logged out") {
  const auto token = check(good_claims());
  REQUIRE(token);
  CHECK(token->issuer == "https://idp.example");
  CHECK(token->subject == "alice");
  CHECK(token->idp_session_id == "sid-1");
  CHECK(token->jti == "j-1");
}

TEST_CASE("logout token: each rule of Back-Channel Logout 2.4 and 2.6 is checked (null takes the claim away)") {
  struct Row {
    const char* patch;
    bool good;
  };
  const Row rows[] = {{R"({})", true},
                      {R"({"sid":null})", true},
                      {R"({"sub":null})", true},
                      {R"({"sub":null,"sid":null})", false},
                      {R"({"sub":7})", false},
                      {R"({"sid":["sid-1"]})", false},
                      {R"({"sid":""})", false},
                      {R"({"events":null})", false},
                      {R"({"events":[]})", false},
                      {R"({"events":{"http://schemas.openid.net/event/backchannel-logout":null,"x":{}}})", false},
                      {R"({"events":{"http://schemas.openid.net/event/backchannel-logout":true}})", false},
                      {R"({"events":{"http://schemas.openid.net/event/backchannel-logout":[]}})", false},
                      {R"({"events":{"http://schemas.openid.net/event/backchannel-logout":{},"x":1}})", true},
                      {R"({"nonce":"n"})", false},
                      {R"({"nonce":""})", false},
                      {R"({"aud":"other"})", false},
                      {R"({"aud":["other","router"]})", true},
                      {R"({"aud":null})", false},
                      {R"({"iss":"https://idp.example/"})", false},
                      {R"({"iss":null})", false},
                      {R"({"jti":null})", false},
                      {R"({"jti":1})", false},
                      {R"({"iat":null})", false},
                      {R"({"iat":1800000061})", false},
                      {R"({"iat":1799999700})", true},
                      {R"({"iat":1799999699})", false},
                      {R"({"iat":1e300})", false},
                      {R"({"exp":1799999940})", false},
                      {R"({"exp":"soon"})", false},
                      {R"({"exp":null})", true},
                      {R"({"exp":null,"iat":1799999880})", true},
                      {R"({"exp":null,"iat":1799999879})", false}};
  for (const Row& row : rows) {
    CAPTURE(row.patch);
    json claims = good_claims();
    claims.merge_patch(json::parse(row.patch));
    CHECK(check(claims).has_value() == row.good);
  }
}

TEST_CASE("logout token: a nonce is refused even when it is null") {
  json claims = good_claims();
  claims["nonce"] = nullptr;
  CHECK_FALSE(check(claims));
}

TEST_CASE("logout token: typ is absent, JWT or logout+jwt, in any case and as a media type, and nothing else [S28]") {
  for (const char* typ :
       {"", "JWT", "jwt", "Jwt", "application/jwt", "application/JWT", "APPLICATION/JWT", "logout+jwt", "Logout+JWT",
        "LOGOUT+JWT", "application/logout+jwt", "Application/Logout+Jwt"}) {
    CAPTURE(typ);
    CHECK(check(good_claims(), typ));
  }
  for (const char* typ : {"at+jwt", "application/at+jwt", "secevent+jwt", "logout", "JWS", "jwt+logout", " JWT",
                          "application/", "application/application/jwt", "text/jwt"}) {
    CAPTURE(typ);
    CHECK_FALSE(check(good_claims(), typ));
  }
}

TEST_CASE("logout token: an id token is none") {
  const json id_token{{"iss", "https://idp.example"},
                      {"aud", "router"},
                      {"sub", "alice"},
                      {"iat", kNow},
                      {"exp", kNow + 300},
                      {"jti", "j"}};
  CHECK_FALSE(check(id_token, ""));
}

}  // namespace router::logout_token_test
