// Values as bytes, to be written down and read again: numbers, texts, times and lists of them, one after the other.
//
//   Packer packer;             Unpacker unpacker(bytes);
//   packer(name, since);       unpacker(name, since);      // the same list, in the same order
//                              if (!unpacker.is_whole()) ...
//
// A record of one's own is packed by a function template `fields(archive, record)` beside its type, which names its
// members once for both. Reading takes any bytes: what is cut or changed is found out or read as other values, and
// never allocates more than it is long. Plain: whoever needs it seals it (crypto/sealed_box.h). Values; any thread.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace router::base {

class Packer {
 public:
  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  Secret take() { return Secret(std::exchange(bytes_, {})); }

 private:
  // Seven bits a byte, the lowest first.
  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<char>(0x80 | (number & 0x7f)));
    bytes_.push_back(static_cast<char>(number));
  }
  void put(bool flag) { put(std::uint64_t{flag}); }
  void put_text(std::string_view text) {
    put(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  void put(const std::string& text) { put_text(text); }
  void put(const Secret& secret) { put_text(secret.reveal()); }
  void put(milliseconds span) { put(static_cast<std::uint64_t>(span.count())); }
  void put(WallTime time) {
    put(static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count()));
  }
  template <class First, class Second>
  void put(const std::pair<First, Second>& pair) {
    put(pair.first);
    put(pair.second);
  }
  template <class Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class Value>
  void put(const std::vector<Value>& values) {
    put(std::uint64_t{values.size()});
    for (const auto& value : values) put(value);
  }
  void put(const std::map<std::string, std::string>& values) {
    put(std::uint64_t{values.size()});
    for (const auto& value : values) put(value);
  }
  template <class Record>
  requires requires(Packer& packer, const Record& record) { fields(packer, record); }
  void put(const Record& record) { fields(*this, record); }

  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  // Everything asked for was there, and nothing else.
  bool is_whole() const { return !is_broken_ && rest_.empty(); }

 private:
  static constexpr unsigned kBits = 64;

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < kBits && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    return broken();
  }
  std::uint64_t broken() {
    is_broken_ = true;
    rest_ = {};
    return 0;
  }
  // Of things that take a byte each, at least.
  std::size_t size() {
    const auto wanted = number();
    return wanted <= rest_.size() ? static_cast<std::size_t>(wanted) : broken();
  }
  std::string text() {
    const auto length = size();
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return text;
  }

  void get(std::uint64_t& value) { value = number(); }
  void get(bool& value) { value = number() != 0; }
  void get(std::string& value) { value = text(); }
  void get(Secret& value) { value = Secret(text()); }
  void get(milliseconds& value) { value = milliseconds(static_cast<std::int64_t>(number())); }
  void get(WallTime& value) {
    const std::chrono::nanoseconds since(static_cast<std::int64_t>(number()));
    value = WallTime(std::chrono::duration_cast<WallTime::duration>(since));
  }
  template <class First, class Second>
  void get(std::pair<First, Second>& value) {
    get(value.first);
    get(value.second);
  }
  template <class Value>
  void get(std::optional<Value>& value) {
    value.reset();
    if (number() != 0) get(value.emplace());
  }
  template <class Value>
  void get(std::vector<Value>& values) {
    values.clear();
    for (auto left = size(); left > 0 && !is_broken_; --left) get(values.emplace_back());
  }
  void get(std::map<std::string, std::string>& values) {
    values.clear();
    for (auto left = size(); left > 0 && !is_broken_; --left) {
      auto name = text();
      values[std::move(name)] = text();
    }
  }
  template <class Record>
  requires requires(Unpacker& unpacker, Record& record) { fields(unpacker, record); }
  void get(Record& record) { fields(*this, record); }

  std::string_view rest_;
  bool is_broken_ = false;
};

}  // namespace router::base
