// Finds the line and column of a value or key in JSON text, from its JSON pointer.
//
// The text must have been parsed before. Each call reads the text again up to the place: positions are only
// needed for error messages, and a map of all of them would be many times the size of the file. Pure; any
// thread.
#pragma once

#include <string_view>

#include "config/issue.h"

namespace router::config {

enum class PositionOf { key, value };

// The value (or key; of array elements and the root: the value) at `pointer`; {0, 0} if there is none.
Position find_position(std::string_view text, std::string_view pointer, PositionOf what);

// Line and column of a byte offset; columns count characters.
Position position_at(std::string_view text, std::size_t offset);

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
