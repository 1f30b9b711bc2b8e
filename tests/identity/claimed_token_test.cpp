#include "identity/claimed_token.h"

#include <doctest/doctest.h>

#include "crypto/digest.h"
#include "support/hostile_json.h"

namespace router::claimed_token_test {

using identity::read_claimed_token;

namespace {

std::string token_with(const std::string& claims) { return "e30." + crypto::base64url_encode(claims) + ".c2ln"; }

}  // namespace

TEST_CASE("claimed token: issuer, audiences and clients are read, of whatever form [S5]") {
  using Parties = std::vector<std::string>;
  struct Row {
    const char* claims;
    std::string issuer;
    Parties parties;
  };
  const Row rows[] = {
      {R"({"iss":"https://a","aud":"one"})", "https://a", {"one"}},
      {R"({"iss":"https://a","aud":["one","two"],"azp":"three"})", "https://a", {"three", "one", "two"}},
      {R"({"client_id":"one","cid":"two"})", "", {"one", "two"}},
      {R"({"iss":5,"aud":[1,{},"one"]})", "", {"one"}},
      {R"({"aud":{"a":"b"}})", "", {}},
      {"{}", "", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.claims);
    const auto claimed = read_claimed_token(token_with(row.claims));
    REQUIRE(claimed);
    CHECK(claimed->issuer == row.issuer);
    CHECK(claimed->parties == row.parties);
  }
}

TEST_CASE("claimed token: what is no token says nothing [S5]") {
  for (const std::string& text : {std::string(), std::string("opaque"), std::string("."), std::string("a."),
                                  std::string("a.!.c"), token_with("[]"), token_with("{\"iss\":1,\"iss\":2}"),
                                  token_with("{\"a\":\"" + std::string(70'000, 'x') + "\"}")}) {
    CAPTURE(text.substr(0, 60));
    CHECK_FALSE(read_claimed_token(text));
  }
}

TEST_CASE("claimed token: audiences without end are not all remembered [S1]") {
  const auto claimed = read_claimed_token(token_with(test::repeated("{\"aud\":[", "\"a\",", "\"a\"]}", 40'000)));
  REQUIRE(claimed);
  CHECK(claimed->parties.size() <= 68);
}

TEST_CASE("claimed token: whatever fills a token, it costs no more than an honest one of that length [S1]") {
  constexpr std::size_t kBytes = 48'000;
  const auto cost = [](const std::string& claims) {
    const auto text = token_with(claims);
    return test::least_cpu_seconds([&] { (void)read_claimed_token(text); });
  };
  const double allowed = 10 * cost(test::repeated("{\"aud\":\"a\",\"groups\":[", "\"staff\",", "\"all\"]}", kBytes));
  for (const auto& row : test::hostile_json(kBytes)) {
    CAPTURE(row.name);
    CHECK(cost(row.text) <= allowed);
  }
}

}  // namespace router::claimed_token_test
