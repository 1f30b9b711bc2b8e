// Header fields of one message, in order, names compared without regard to case.
//
// Fields parsed from a connection's buffer are kept as views (add_view: the buffer must outlive this object);
// fields made by the router are copied in (add). Both look the same to readers.
// Not thread-safe; movable, not copyable (views would dangle silently) - use clone() for an owning copy.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace router::http {

struct Field {
  std::string_view name;
  std::string_view value;
};

class Headers {
 public:
  Headers() = default;
  Headers(Headers&&) = default;
  Headers& operator=(Headers&&) = default;

  void add_view(std::string_view name, std::string_view value) { fields_.push_back({name, value}); }
  void add(std::string_view name, std::string_view value);
  // Replaces all fields of that name by one.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  template <class Predicate>
  void remove_if(Predicate predicate) {
    std::erase_if(fields_, predicate);
  }
  void clear();

  // The first field of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  bool contains(std::string_view name) const { return get(name).has_value(); }
  std::size_t count(std::string_view name) const;
  // Whether a comma-separated list field contains the token, in any of its lines (RFC 9110 section 5.6.1).
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

  // "Name: value\r\n" of every field, appended to `out`.
  void write_to(std::string& out) const;

  Headers clone() const;

 private:
  std::string_view keep(std::string_view text);

  std::vector<Field> fields_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = 0;
  std::size_t block_size_ = 0;
};

// RFC 9110 section 5.6.2: a token, the form of methods and field names.
bool is_token(std::string_view text);
// RFC 9110 section 5.5: no control characters but HTAB.
bool is_field_value(std::string_view text);

}  // namespace router::http
