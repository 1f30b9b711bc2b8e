#include "http/fields.h"

#include <algorithm>
#include <cstring>

#include "base/byte_scan.h"
#include "base/put_text.h"
#include "http/token.h"

namespace router::http {

namespace {

bool is_value_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 ? byte != 0x7F : c == '\t';
}

constexpr std::size_t bytes_of_line(const Field& field) { return field.name.size() + field.value.size() + 4; }

// Gives the place behind it.
char* write_line(const Field& field, char* at) {
  at = base::put_text(field.name, at);
  *at++ = ':';
  *at++ = ' ';
  at = base::put_text(field.value, at);
  *at++ = '\r';
  *at++ = '\n';
  return at;
}

bool is_called(const Field& field, std::string_view name) { return base::equals_ignoring_case(field.name, name); }

}  // namespace

std::string_view Fields::keep(std::string_view text) {
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

std::string_view Fields::keep_value(std::string_view value) {
  if (is_field_value(value)) return keep(value);
  std::string blanked(value);
  std::replace_if(
      blanked.begin(), blanked.end(), [](char c) { return !is_value_byte(c); }, ' ');
  return keep(blanked);
}

void Fields::add_view(std::string_view name, std::string_view value) {
  if (is_token(name)) pass({name, is_field_value(value) ? value : keep_value(value)});
}

void Fields::add(std::string_view name, std::string_view value) {
  if (!is_token(name)) return;
  const auto kept_name = keep(name);
  pass({kept_name, keep_value(value)});
}

void Fields::set(std::string_view name, std::string_view value) {
  if (!may_have(name)) return add(name, value);
  const auto is_it = [name](const Field& field) { return is_called(field, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), is_it);
  if (first == fields_.end()) return add(name, value);
  // `name` and `value` may be views of what is replaced
  const auto kept_value = keep_value(value);
  *first = {keep(name), kept_value};
  fields_.erase(std::remove_if(first + 1, fields_.end(), is_it), fields_.end());
}

void Fields::remove(std::string_view name) {
  if (!may_have(name)) return;
  std::erase_if(fields_, [name](const Field& field) { return is_called(field, name); });
}

void Fields::clear() {
  fields_.clear();
  kinds_ = 0;
  blocks_.clear();
  block_used_ = block_size_ = 0;
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (is_called(field, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
  if (!may_have(name)) return 0;
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(), [name](const Field& field) { return is_called(field, name); }));
}

bool Fields::has_token(std::string_view name, std::string_view token) const {
  if (!may_have(name)) return false;
  for (const auto& field : fields_) {
    if (!is_called(field, name)) continue;
    for (std::optional<std::string_view> rest = field.value; rest;) {
      const auto [item, after] = base::cut(*rest, ',');
      if (base::equals_ignoring_case(base::trim(item), token)) return true;
      rest = after;
    }
  }
  return false;
}

void Fields::write_to(std::string& out) const {
  const auto before = out.size();
  std::size_t bytes = 0;
  for (const auto& field : fields_) bytes += bytes_of_line(field);
  out.resize(before + bytes);
  char* at = out.data() + before;
  for (const auto& field : fields_) at = write_line(field, at);
}

Fields Fields::clone() const {
  Fields copy;
  for (const auto& field : fields_) {
    const auto name = copy.keep(field.name);
    copy.pass({name, copy.keep(field.value)});
  }
  return copy;
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  constexpr std::size_t kUsualLine = 256;
  const Field field{name, value};
  const auto bytes = bytes_of_line(field);
  if (bytes <= kUsualLine) {
    // making room in a string fills it first
    char line[kUsualLine];
    write_line(field, line);
    out.append(line, bytes);
    return;
  }
  const auto before = out.size();
  out.resize(before + bytes);
  write_line(field, out.data() + before);
}

bool is_token(std::string_view text) { return !text.empty() && token_size(text) == text.size(); }

bool is_field_value(std::string_view text) {
  for (;;) {
    const auto at = base::find_control(text);
    if (at == text.size()) return true;
    if (text[at] != '\t') return false;
    text.remove_prefix(at + 1);
  }
}

}  // namespace router::http
