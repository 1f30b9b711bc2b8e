#include "identity/access_token.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "identity/stub_provider.h"

namespace router::access_token_test {

using namespace router::identity;
using nlohmann::json;

namespace {

constexpr long long kNow = 1'800'000'000;
const base::WallTime kWall{std::chrono::seconds(kNow)};

crypto::JwsPayload token(json claims, const char* patch, std::string typ = "") {
  claims.merge_patch(json::parse(patch));
  return {{"RS256", "k", std::move(typ)}, claims.dump()};
}

struct Row {
  const char* patch;
  bool good;
};

}  // namespace

TEST_CASE("access token of xsuaa: exp, cid or aud, and zid are checked, iss is not") {
  const json good{{"iss", "http://whatever.example/oauth/token"},
                  {"cid", "sb-app!t1"},
                  {"zid", "tenant-1"},
                  {"sub", "u1"},
                  {"user_name", "alice"},
                  {"exp", kNow + 300},
                  {"scope", {"openid", "app!t1.read"}}};
  const Row rows[] = {{R"({})", true},
                      {R"({"iss":null})", true},
                      {R"({"cid":null,"aud":["sb-app!t1"]})", true},
                      {R"({"cid":null,"client_id":"sb-app!t1"})", true},
                      {R"({"cid":"other","aud":["app!t1.read"]})", true},
                      {R"({"cid":"other","aud":["app!t1"]})", true},
                      {R"({"cid":"other","aud":["app!t12.read"]})", false},
                      {R"({"cid":"other","aud":[]})", false},
                      {R"({"cid":"other"})", false},
                      {R"({"cid":null})", false},
                      {R"({"zid":null})", false},
                      {R"({"zid":7})", false},
                      {R"({"exp":null})", false},
                      {R"({"exp":1799999940})", false},
                      {R"({"exp":1e300})", false},
                      {R"({"iat":1800000061})", false},
                      {R"({"events":{}})", false}};
  for (const Row& row : rows) {
    CAPTURE(row.patch);
    CHECK(check_xsuaa_token(token(good, row.patch), test::xsuaa_binding(), kWall).has_value() == row.good);
  }
  const auto checked = check_xsuaa_token(token(good, "{}", "JWT"), test::xsuaa_binding(), kWall);
  REQUIRE(checked);
  CHECK(checked->claims.tenant == "tenant-1");
  CHECK(checked->claims.user_name == "alice");
  CHECK(checked->claims.scopes == std::vector<std::string>{"openid", "app!t1.read"});
  CHECK(checked->expires == base::WallTime(std::chrono::seconds(kNow + 300)));
}

TEST_CASE("access token of an OpenID provider: iss, exp, and a party that is this client") {
  const json good{{"iss", test::kIssuer}, {"aud", "router"}, {"sub", "u1"}, {"exp", kNow + 300}, {"scope", "a b"}};
  const Row rows[] = {{R"({})", true},
                      {R"({"aud":"account","azp":"router"})", true},
                      {R"({"aud":["account"],"client_id":"router"})", true},
                      {R"({"aud":"account"})", false},
                      {R"({"aud":"account","azp":"other"})", false},
                      {R"({"aud":null})", false},
                      {R"({"iss":"https://other.example"})", false},
                      {R"({"iss":null})", false},
                      {R"({"exp":null})", false},
                      {R"({"exp":1799999940})", false},
                      {R"({"events":{}})", false}};
  for (const Row& row : rows) {
    CAPTURE(row.patch);
    CHECK(check_openid_access_token(token(good, row.patch), test::kIssuer, "router", kWall).has_value() == row.good);
  }
}

TEST_CASE("access token: a logout token is no bearer token") {
  const json claims{{"iss", test::kIssuer}, {"aud", "router"}, {"exp", kNow + 300}, {"cid", "sb-app!t1"}, {"zid", "z"}};
  CHECK_FALSE(check_openid_access_token(token(claims, "{}", "logout+jwt"), test::kIssuer, "router", kWall));
  CHECK_FALSE(check_xsuaa_token(token(claims, "{}", "logout+jwt"), test::xsuaa_binding(), kWall));
  CHECK(check_openid_access_token(token(claims, "{}", "at+jwt"), test::kIssuer, "router", kWall));
}

TEST_CASE("bearer token: an access token is told from an id token, whatever signed both [S2]") {
  struct Row {
    const char* patch;
    const char* typ;
    bool good;
  };
  const json bare{{"iss", test::kIssuer}, {"aud", "router"}, {"sub", "u1"}, {"exp", kNow + 300}};
  const Row rows[] = {
      // id tokens, as they stand in a logout's Location: of a login, of a refresh, of a password login
      {R"({"nonce":"n","sid":"s"})", "", false},
      {R"({"nonce":"n","sid":"s"})", "JWT", false},
      {R"({"sid":"s"})", "JWT", false},
      {R"({})", "", false},
      {R"({"azp":"router"})", "JWT", false},
      {R"({"nonce":"n","scope":"openid"})", "JWT", false},
      {R"({"nonce":null,"scope":"openid","at_hash":"h"})", "JWT", false},
      {R"({"scope":"openid","c_hash":"h"})", "JWT", false},
      {R"({"nonce":"n","cid":"sb-app!t1","client_id":"router"})", "", false},
      {R"({"scope":"openid","typ":"ID"})", "JWT", false},
      {R"({"client_id":"router","token_use":"id"})", "JWT", false},
      // access tokens
      {R"({"scope":"a b"})", "JWT", true},
      {R"({"scope":""})", "", true},
      {R"({"scope":["a"]})", "JWT", true},
      {R"({"client_id":"router"})", "JWT", true},
      {R"({"cid":"router"})", "application/jwt", true},
      {R"({"scope":"a","typ":"Bearer"})", "JWT", true},
      {R"({"client_id":"router","token_use":"access"})", "JWT", true},
      {R"({})", "at+jwt", true},
      {R"({})", "AT+JWT", true},
      {R"({})", "application/at+jwt", true},
      // neither
      {R"({"scope":"a"})", "logout+jwt", false},
      {R"({"scope":"a","events":{}})", "JWT", false},
      {R"({"scope":"a","events":{}})", "at+jwt", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.patch);
    CAPTURE(row.typ);
    for (const auto& binding : {test::oidc_binding(), test::xsuaa_binding()})
      CHECK(check_bearer_kind(token(bare, row.patch, row.typ), binding).has_value() == row.good);
  }
}

TEST_CASE("bearer token: ias takes an id token that another application got for this one, and none of its own [S2]") {
  auto ias = test::oidc_binding();
  ias.kind = config::ProviderKind::ias;
  const json claims{{"iss", test::kIssuer}, {"aud", {"router"}}, {"azp", "caller"}, {"sub", "u1"}, {"exp", kNow + 300}};
  const std::pair<const char*, bool> rows[] = {
      {R"({})", true},
      {R"({"aud":"router"})", true},
      {R"({"aud":["other","router"]})", true},
      {R"({"azp":"router"})", false},
      {R"({"azp":null})", false},
      {R"({"azp":""})", false},
      {R"({"azp":["caller"]})", false},
      {R"({"aud":"other"})", false},
      {R"({"aud":null})", false},
      {R"({"azp":null,"aud":["caller","router"]})", false},
  };
  for (const auto& [patch, good] : rows) {
    CAPTURE(patch);
    CHECK(check_bearer_kind(token(claims, patch, "JWT"), ias).has_value() == good);
    CHECK_FALSE(check_bearer_kind(token(claims, patch, "JWT"), test::oidc_binding()));
  }
}

}  // namespace router::access_token_test
