#include "crypto/jose_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/hostile_json.h"

namespace router::jose_json_test {

using router::crypto::parse_json_object;

namespace {
std::string nested(std::size_t depth) {
  std::string text = R"({"a":)";
  for (std::size_t i = 1; i < depth; ++i) text += '[';
  for (std::size_t i = 1; i < depth; ++i) text += ']';
  return text + '}';
}
}  // namespace

TEST_CASE("jose json: one object with unique names is read") {
  const auto object = parse_json_object(R"({"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]})");
  REQUIRE(object);
  CHECK((*object)["b"]["a"] == 2);
}

TEST_CASE("jose json: anything else is refused") {
  const std::string rows[] = {"",
                              "null",
                              "[]",
                              "\"text\"",
                              "{",
                              "{}{}",
                              R"({"a":1,"a":2})",
                              R"({"x":{"a":1,"a":2}})",
                              R"({"a":1,"\u0061":2})",
                              R"({"a":1e400})",
                              R"({"a":NaN})",
                              R"({"a":1,})",
                              R"({"a":/**/1})",
                              "{\"a\":\"\xff\"}",
                              "{\"a\":\"\x01\"}",
                              "<html>"};
  for (const auto& text : rows) {
    CAPTURE(text);
    CHECK_FALSE(parse_json_object(text));
  }
}

TEST_CASE("jose json: nesting is bounded, brackets within strings do not count") {
  CHECK(parse_json_object(nested(router::crypto::kMaxJsonDepth - 1)));
  CHECK_FALSE(parse_json_object(nested(router::crypto::kMaxJsonDepth + 1)));
  CHECK_FALSE(parse_json_object(std::string(1'000'000, '[')));
  CHECK(parse_json_object(R"({"a":")" + std::string(1000, '[') + R"(\"[["})"));
}

TEST_CASE("strangers' JSON: whatever fills 64 KB, it is read or refused, by bounds alone [S1]") {
  router::crypto::JsonBounds wide;
  wide.values = 64 * 1024;
  for (const auto& row : router::test::hostile_json(64 * 1024)) {
    CAPTURE(row.name);
    CHECK(parse_json_object(row.text, wide).has_value() == row.is_object);
  }
}

TEST_CASE("strangers' JSON: nothing costs more than some times what the dearest honest object costs [S1]") {
  constexpr std::size_t kBytes = 64 * 1024;
  const auto rows = router::test::hostile_json(kBytes);
  const auto cost = [](const std::string& text) {
    return router::test::least_cpu_seconds([&] { (void)parse_json_object(text); });
  };
  std::string honest = "{";
  for (int i = 0; honest.size() + 40 < kBytes; ++i) honest += "\"claim-" + std::to_string(i) + "\":1.5,";
  honest += "\"last\":null}";
  REQUIRE(parse_json_object(honest));
  const double allowed = 5 * cost(honest);
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(cost(row.text) <= allowed);
  }
}

TEST_CASE("strangers' JSON: bytes, depth and values are bounded, and the bounds themselves are allowed [S1]") {
  const router::crypto::JsonBounds bounds{40, 3, 4};
  struct Row {
    const char* text;
    bool good;
  };
  const Row rows[] = {{R"({"a":1,"b":2,"c":3})", true},
                      {R"({"a":1,"b":2,"c":3,"d":4})", false},
                      {R"({"a":[1,2]})", true},
                      {R"({"a":[1,2,3]})", false},
                      {R"({"a":[[]]})", true},
                      {R"({"a":[[[]]]})", false},
                      {R"({"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})", false},
                      {R"({"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})", true}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.text));
    CHECK(parse_json_object(row.text, bounds).has_value() == row.good);
  }
}

}  // namespace router::jose_json_test
