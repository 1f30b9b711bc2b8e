#include "crypto/jose_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

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
