// Strangers' JSON that is taken is one object within the bounds, with no name twice, and says the same when
// it is written and read again.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "crypto/jose_json.h"
#include "fuzz/fuzz.h"

using namespace router;
using fuzz::require;
using nlohmann::json;

namespace {

constexpr crypto::JsonBounds kTight{512, 4, 24};

std::size_t depth_of(const json& value) {
  std::size_t deepest = 0;
  if (!value.is_structured()) return 0;
  for (const json& inner : value) deepest = std::max(deepest, depth_of(inner));
  return deepest + 1;
}

std::size_t values_in(const json& value) {
  std::size_t count = 1;
  if (!value.is_structured()) return count;
  for (const json& inner : value) count += values_in(inner);
  return count;
}

void check(std::string_view text, const crypto::JsonBounds& bounds) {
  const auto taken = crypto::parse_json_object(text, bounds);
  const bool is_json = json::accept(text);
  require(!taken || is_json, "what is taken is JSON");
  if (!taken) return;
  require(taken->is_object(), "it is an object");
  require(text.size() <= bounds.bytes, "it is not too long");
  require(depth_of(*taken) <= bounds.depth, "it is not too deep");
  require(values_in(*taken) <= bounds.values, "it has not too many values");
  require(*taken == json::parse(text), "another reader sees the same");
  const auto again = crypto::parse_json_object(taken->dump(), {1024 * 1024 * 16, bounds.depth, bounds.values});
  require(again && *again == *taken, "written and read again it says the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  check(text, {});
  check(text, kTight);
  return 0;
}
