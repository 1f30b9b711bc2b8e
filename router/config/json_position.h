// Line and column of values and keys in JSON text, from their JSON pointers.
//
// Pure. A Positions is made by reading the text once, then each question is answered in constant time, so
// that a thousand faults in a file of megabytes cost no more than one. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/issue.h"

namespace router::config {

enum class PositionOf { key, value };

// Lines and columns of byte offsets; columns count characters. The text outlives it.
class Lines {
 public:
  explicit Lines(std::string_view text);
  Position at(std::size_t offset) const;

 private:
  std::size_t characters_before(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;      // of lines
  std::vector<std::size_t> characters_;  // before each block of the text
};

class Positions {
 public:
  // The text must have been parsed before, and outlives it.
  explicit Positions(std::string_view text);
  // The value (or key; of array elements and the root: the value) at `pointer`; {0, 0} if there is none.
  Position of(std::string_view pointer, PositionOf what) const;

  struct Place {
    std::size_t value = 0;
    std::optional<std::size_t> key;
  };

 private:
  Lines lines_;
  std::unordered_map<std::uint64_t, Place> places_;  // by hash of the pointer: pointers can be longer than the file
};

// Follows a parser through the text, token by token, and knows where each token begins. The parser library
// tells what it read, but not where.
class TokenCursor {
 public:
  explicit TokenCursor(std::string_view text) : text_(text) {}

  // Where the next token begins: after white space and at most one comma or colon.
  std::size_t next_start() const;
  // Steps over the next token and tells where it began.
  std::size_t take();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace router::config
