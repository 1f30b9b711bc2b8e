// A string that cannot be printed by accident: tokens, keys, cookies, passwords.
//
// There is no operator<<, no implicit conversion and no formatter; reading it takes a visible call to reveal().
// The bytes are wiped when a Secret dies. Copyable, because sessions are copied on write.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace router::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();
      value_ = other.value_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  bool empty() const { return value_.empty(); }
  std::size_t size() const { return value_.size(); }
  // The one way to the bytes. Hand the result only to the wire or to a cryptographic function.
  std::string_view reveal() const { return value_; }

  // In constant time for equal lengths.
  friend bool operator==(const Secret& a, const Secret& b) { return constant_time_equal(a.value_, b.value_); }

  static bool constant_time_equal(std::string_view a, std::string_view b);

 private:
  void wipe() noexcept;
  std::string value_;
};

}  // namespace router::base
