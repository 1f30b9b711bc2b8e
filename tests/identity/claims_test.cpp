#include "identity/claims.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace router::claims_test {

using namespace router::identity;
using nlohmann::json;

TEST_CASE("claims: a time is a sane number or nothing") {
  struct Row {
    const char* text;
    bool good;
    long long value;
  };
  const Row rows[] = {{"1800000000", true, 1'800'000'000},
                      {"1800000000.9", true, 1'800'000'000},
                      {"0", true, 0},
                      {"9000000000", true, 9'000'000'000},
                      {"1e300", false, 0},
                      {"-1e300", false, 0},
                      {"-1", false, 0},
                      {"9000000001", false, 0},
                      {"9223372036854775807", false, 0},
                      {"18446744073709551615", false, 0},
                      {"99999999999999999999999", false, 0},
                      {"\"2030\"", false, 0},
                      {"\"1800000000\"", false, 0},
                      {"true", false, 0},
                      {"null", false, 0},
                      {"[1]", false, 0},
                      {"{}", false, 0}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto claims = parse_claims(std::string(R"({"exp":)") + row.text + "}");
    REQUIRE(claims);
    const auto time = time_claim(*claims, "exp");
    REQUIRE(time.has_value() == row.good);
    if (row.good) CHECK(**time == row.value);
  }
  CHECK_FALSE(parse_claims(R"({"exp":1e400})"));
  CHECK_FALSE(time_claim(json::object(), "exp")->has_value());
}

TEST_CASE("claims: a text claim is a string of 1 to 1024 characters") {
  CHECK(string_claim({{"sub", "a"}}, "sub")->value() == "a");
  CHECK_FALSE(string_claim(json::object(), "sub")->has_value());
  for (const json& value : {json(""), json(1), json(nullptr), json::array({"a"}), json(std::string(1025, 'x'))}) {
    CAPTURE(value.dump().substr(0, 20));
    CHECK_FALSE(string_claim({{"sub", value}}, "sub"));
  }
}

TEST_CASE("claims: the audience names this client, and azp does where it matters") {
  struct Row {
    const char* claims;
    bool good;
  };
  const Row rows[] = {{R"({"aud":"router"})", true},
                      {R"({"aud":["router"]})", true},
                      {R"({"aud":"router","azp":"router"})", true},
                      {R"({"aud":["router","api"],"azp":"router"})", true},
                      {R"({"aud":["router","api"]})", false},
                      {R"({"aud":["router","api"],"azp":"api"})", false},
                      {R"({"aud":"router","azp":"other"})", false},
                      {R"({"aud":"router","azp":7})", false},
                      {R"({"aud":"other"})", false},
                      {R"({"aud":"Router"})", false},
                      {R"({"aud":"router2"})", false},
                      {R"({"aud":[]})", false},
                      {R"({"aud":["router",1],"azp":"router"})", false},
                      {R"({"aud":{"router":1}})", false},
                      {R"({"aud":null})", false},
                      {R"({})", false}};
  for (const Row& row : rows) {
    CAPTURE(row.claims);
    CHECK(check_audience(json::parse(row.claims), "router").has_value() == row.good);
  }
}

TEST_CASE("claims: scopes come as text or as a list, anything else is none") {
  using List = std::vector<std::string>;
  CHECK(scopes_of({{"scope", "openid  app.read"}}) == List{"openid", "app.read"});
  CHECK(scopes_of({{"scope", {"openid", "app.read"}}}) == List{"openid", "app.read"});
  CHECK(scopes_of({{"scope", {"openid", 1, nullptr, ""}}}) == List{"openid"});
  CHECK(scopes_of({{"scope", 5}}).empty());
  CHECK(scopes_of(json::object()).empty());
}

TEST_CASE("claims: the user name is the first of preferred_username, user_name, email, sub") {
  CHECK(user_name_of({{"sub", "1"}, {"email", "e"}, {"user_name", "u"}, {"preferred_username", "p"}}) == "p");
  CHECK(user_name_of({{"sub", "1"}, {"email", "e"}, {"user_name", "u"}}) == "u");
  CHECK(user_name_of({{"sub", "1"}, {"email", "e"}}) == "e");
  CHECK(user_name_of({{"sub", "1"}, {"email", json::array({"e"})}, {"user_name", 3}}) == "1");
  CHECK(user_name_of(json::object()).empty());
}

TEST_CASE("claims: the JOSE type is compared without case and without application/") {
  CHECK(has_type("", {"jwt"}));
  CHECK(has_type("JWT", {"jwt"}));
  CHECK(has_type("application/Logout+JWT", {"logout+jwt"}));
  CHECK_FALSE(has_type("JWT", {"logout+jwt"}));
  CHECK_FALSE(has_type("logout+jwt", {"jwt", "at+jwt"}));
}

TEST_CASE("claims: a tenant that a token names has to be the host's; xsuaa names one always [S19]") {
  struct Row {
    std::string named;
    const char* host;
    bool of_xsuaa;
    bool of_others;
  };
  const Row rows[] = {{"", "", true, true},
                      {"acme", "", true, true},
                      {"acme", "acme", true, true},
                      {"", "acme", false, true},
                      {"other", "acme", false, false},
                      {"Acme", "acme", false, false},
                      {"acme.x", "acme", false, false}};
  for (const Row& row : rows) {
    CAPTURE(row.named);
    Claims claims;
    claims.subdomain = row.named;
    CHECK(check_tenant(claims, row.host, true).has_value() == row.of_xsuaa);
    CHECK(check_tenant(claims, row.host, false).has_value() == row.of_others);
  }
}

TEST_CASE("claims: the tenant is read by xsuaa's name and by those of ias [S19]") {
  CHECK(tenant_in(R"({"zid":"z","app_tid":"a"})") == "z");
  CHECK(tenant_in(R"({"app_tid":"a"})") == "a");
  CHECK(tenant_in(R"({"zone_uuid":"u"})") == "u");
  CHECK(tenant_in(R"({"zid":7})").empty());
  CHECK(tenant_in("").empty());
}

}  // namespace router::claims_test
