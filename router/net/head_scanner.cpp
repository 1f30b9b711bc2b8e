#include "net/head_scanner.h"

namespace router::net {
namespace {

bool is_forbidden_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

}  // namespace

HeadScanner::State HeadScanner::scan(std::string_view input) {
  while (position_ < input.size()) {
    const char c = input[position_];
    if (c != '\r') {
      if (is_forbidden_control(c)) return State::malformed;
      ++position_;
      continue;
    }
    // a line end: wait until the byte behind it is there, too
    if (position_ + 1 == input.size()) return State::incomplete;
    if (input[position_ + 1] != '\n') return State::malformed;
    const bool empty_line = position_ >= 2 && input[position_ - 1] == '\n';
    if (empty_line) {
      position_ += 2;
      return State::complete;
    }
    if (position_ + 2 == input.size()) return State::incomplete;
    if (input[position_ + 2] == ' ' || input[position_ + 2] == '\t') return State::malformed;
    position_ += 2;
  }
  return State::incomplete;
}

}  // namespace router::net
