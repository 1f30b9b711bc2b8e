// Header fields of one message, in order: names are kept apart from values, and compared without regard to case.
//
// Nothing but the writers of a message (net/response_framing, the request head in backend/forward_headers) makes lines of
// them, so no value can become a field of its own: every name in here is a token, and every value is free of control
// characters but HTAB. What has been judged before passes as it is (pass); all else is judged on the way in: a field
// whose name is no token is left out, a control character in a value becomes a blank (RFC 9110 section 5.5).
//
// Values are views wherever they can be: into the buffer that a head was parsed in, the request's facts, constants.
// What add() and set() take is copied into a buffer of this object.
// Not thread-safe; movable, not copyable (views would dangle silently): clone() makes an owning copy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace router::http {

struct Field {
  std::string_view name;
  std::string_view value;
};

class Fields {
 public:
  Fields() = default;
  Fields(Fields&&) = default;
  Fields& operator=(Fields&&) = default;

  // One of another Fields, or that net/parser has judged; what it refers to outlives this object.
  void pass(const Field& field) {
    fields_.push_back(field);
    kinds_ |= kind_of(field.name);
  }
  // Both are referred to, and outlive this object.
  void add_view(std::string_view name, std::string_view value);
  void add(std::string_view name, std::string_view value);
  // Replaces all fields of that name by one, spelt like this.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  template <class Predicate>
  void remove_if(Predicate predicate) {
    std::erase_if(fields_, predicate);
  }
  void clear();
  void reserve(std::size_t fields) { fields_.reserve(fields); }

  // The first field of that name.
  std::optional<std::string_view> get(std::string_view name) const {
    return may_have(name) ? find(name) : std::nullopt;
  }
  bool contains(std::string_view name) const { return get(name).has_value(); }
  std::size_t count(std::string_view name) const;
  // Whether a comma-separated list field contains the token, in any of its lines (RFC 9110 section 5.6.1).
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

  // As lines, appended to `out`: for the writers alone.
  void write_to(std::string& out) const;

  Fields clone() const;

 private:
  // Most names that are asked for are not there: one of 64 kinds, by length and first letter, tells so without a
  // comparison.
  static constexpr std::uint64_t kind_of(std::string_view name) {
    const auto first = name.empty() ? 0U : static_cast<unsigned char>(name.front()) | 0x20U;
    return std::uint64_t{1} << ((5 * name.size() + first) % 64);
  }
  bool may_have(std::string_view name) const { return (kinds_ & kind_of(name)) != 0; }
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view keep(std::string_view text);
  std::string_view keep_value(std::string_view value);

  std::vector<Field> fields_;
  std::uint64_t kinds_ = 0;  // of all that are here, or were
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = 0;
  std::size_t block_size_ = 0;
};

// For a parameter that refers to none.
inline const Fields kNoFields;

// "Name: value\r\n": for the writers alone.
void append_line(std::string& out, std::string_view name, std::string_view value);

// RFC 9110 section 5.6.2: a token, the form of methods and field names.
bool is_token(std::string_view text);
// RFC 9110 section 5.5: no control characters but HTAB.
bool is_field_value(std::string_view text);

}  // namespace router::http
