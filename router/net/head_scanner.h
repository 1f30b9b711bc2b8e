// Finds the end of a message head as bytes come in, and faults that need not wait for it.
//
// The parser sees a head only when all of it is there (its views must not move); a client that sends a bare CR or LF,
// a control character or a folded line would otherwise wait for the header deadline instead of getting its 400.
// Each byte is looked at once. Source: RFC 9112 sections 2.2 and 5.2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace router::net {

class HeadScanner {
 public:
  enum class State { incomplete, complete, malformed };

  // `input` grows from call to call and begins with the start line.
  State scan(std::string_view input);
  // Bytes up to and including the empty line, once complete.
  std::size_t head_size() const { return position_; }
  // Where the CRLF of that line is, counted from 0; absent for lines behind the first kMostKnown.
  std::optional<std::size_t> line_end(std::size_t line) const {
    return line < lines_ && line < kMostKnown ? std::optional<std::size_t>(ends_[line]) : std::nullopt;
  }

 private:
  static constexpr std::size_t kMostKnown = 48;

  std::size_t position_ = 0;
  std::size_t lines_ = 0;
  std::array<std::uint32_t, kMostKnown> ends_;  // of the first lines
};

}  // namespace router::net
