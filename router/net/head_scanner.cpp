#include "net/head_scanner.h"

#include "base/byte_scan.h"

namespace router::net {

HeadScanner::State HeadScanner::scan(std::string_view input) {
  while (position_ < input.size()) {
    position_ += base::find_control(input.substr(position_));
    if (position_ == input.size()) break;
    if (input[position_] == '\t') {
      ++position_;
      continue;
    }
    if (input[position_] != '\r') return State::malformed;
    // a line end: wait until the byte behind it is there, too
    if (position_ + 1 == input.size()) return State::incomplete;
    if (input[position_ + 1] != '\n') return State::malformed;
    if (lines_ < kMostKnown) ends_[lines_] = static_cast<std::uint32_t>(position_);
    const bool empty_line = position_ >= 2 && input[position_ - 1] == '\n';
    if (empty_line) {
      ++lines_;
      position_ += 2;
      return State::complete;
    }
    if (position_ + 2 == input.size()) return State::incomplete;
    if (input[position_ + 2] == ' ' || input[position_ + 2] == '\t') return State::malformed;
    ++lines_;
    position_ += 2;
  }
  return State::incomplete;
}

}  // namespace router::net
