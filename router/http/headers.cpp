#include "http/headers.h"

#include <algorithm>
#include <cstring>

namespace router::http {

using base::equals_ignoring_case;

std::string_view Headers::keep(std::string_view text) {
  if (text.empty()) return {};
  if (blocks_.empty() || block_size_ - block_used_ < text.size()) {
    block_size_ = std::max<std::size_t>(512, text.size());
    block_used_ = 0;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_size_));
  }
  char* at = blocks_.back().get() + block_used_;
  std::memcpy(at, text.data(), text.size());
  block_used_ += text.size();
  return {at, text.size()};
}

void Headers::add(std::string_view name, std::string_view value) {
  const auto kept_name = keep(name);
  fields_.push_back({kept_name, keep(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
  const auto first = std::find_if(fields_.begin(), fields_.end(),
                                  [&](const Field& field) { return equals_ignoring_case(field.name, name); });
  if (first == fields_.end()) return add(name, value);
  const auto position = first - fields_.begin();
  const auto kept = keep(value);
  fields_[static_cast<std::size_t>(position)].value = kept;
  fields_.erase(std::remove_if(fields_.begin() + position + 1, fields_.end(),
                               [&](const Field& field) { return equals_ignoring_case(field.name, name); }),
                fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return equals_ignoring_case(field.name, name); });
}

void Headers::clear() {
  fields_.clear();
  blocks_.clear();
  block_used_ = block_size_ = 0;
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& field : fields_) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), [&](const Field& field) {
    return equals_ignoring_case(field.name, name);
  }));
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  for (const auto& field : fields_) {
    if (!equals_ignoring_case(field.name, name)) continue;
    for (std::optional<std::string_view> rest = field.value; rest;) {
      const auto [item, after] = base::cut(*rest, ',');
      if (equals_ignoring_case(base::trim(item), token)) return true;
      rest = after;
    }
  }
  return false;
}

void Headers::write_to(std::string& out) const {
  for (const auto& field : fields_) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

Headers Headers::clone() const {
  Headers copy;
  for (const auto& field : fields_) copy.add(field.name, field.value);
  return copy;
}

bool is_token(std::string_view text) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
  });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7F : c == '\t';
  });
}

}  // namespace router::http
