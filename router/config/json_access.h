// Reads members of JSON objects without exceptions: a member of the wrong type counts as absent, because the
// schema (or the caller) has reported it already and the rest is still worth checking. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "config/json_reader.h"

namespace router::config {

inline const json* member(const json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}
inline const json* object_member(const json& object, std::string_view key) {
  const json* value = member(object, key);
  return value != nullptr && value->is_object() ? value : nullptr;
}
inline const json* array_member(const json& object, std::string_view key) {
  const json* value = member(object, key);
  return value != nullptr && value->is_array() ? value : nullptr;
}
inline std::optional<std::string> text_member(const json& object, std::string_view key) {
  const json* value = member(object, key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get_ref<const std::string&>();
}
inline bool flag_member(const json& object, std::string_view key, bool otherwise) {
  const json* value = member(object, key);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
}
inline std::optional<long long> integer_member(const json& object, std::string_view key) {
  const json* value = member(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  // 15.0 is an integer to JSON Schema; what is beyond the range was refused by its limits.
  if (value->is_number_float()) {
    const double number = value->get<double>();
    if (!(number > -9e15 && number < 9e15)) return std::nullopt;
    return static_cast<long long>(number);
  }
  return value->get<long long>();
}
// A port from 1 to 65535, as a number or as text; absent for anything else.
inline std::optional<std::uint16_t> as_port(const json& value) {
  const auto number = value.is_string()            ? base::parse_unsigned(value.get_ref<const std::string&>())
                      : value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>())
                                                   : std::nullopt;
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}
// The strings of an array; a single string counts as an array of one.
inline std::vector<std::string> texts_member(const json& object, std::string_view key) {
  std::vector<std::string> texts;
  const json* value = member(object, key);
  if (value == nullptr) return texts;
  if (value->is_string()) texts.push_back(value->get<std::string>());
  if (value->is_array()) {
    for (const json& item : *value) {
      if (item.is_string()) texts.push_back(item.get<std::string>());
    }
  }
  return texts;
}

}  // namespace router::config
