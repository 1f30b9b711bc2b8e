#include "crypto/jose_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace router::crypto {

namespace {

// Counted before parsing, so that a document of a million brackets builds no tree.
bool is_shallow(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

}  // namespace

std::optional<nlohmann::json> parse_json_object(std::string_view text) {
  if (!is_shallow(text)) return std::nullopt;
  std::vector<std::set<std::string>> names;
  bool unique = true;
  const auto watch = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key) unique = names.back().insert(parsed.get<std::string>()).second && unique;
    return true;
  };
  auto document = nlohmann::json::parse(text, watch, /*allow_exceptions=*/false);
  if (document.is_discarded() || !document.is_object() || !unique) return std::nullopt;
  return document;
}

}  // namespace router::crypto
