#include "net/websocket_frames.h"

#include <algorithm>

namespace router::net {
namespace {

constexpr unsigned char kOpcode = 0x0F;
constexpr unsigned char kCloseOpcode = 0x8;
constexpr unsigned char kFinal = 0x80;
constexpr unsigned char kMasked = 0x80;
constexpr std::size_t kLongestReason = 123;

bool is_data(unsigned char first_byte) { return (first_byte & kOpcode) <= 0x2; }

}  // namespace

// How long the header is, as far as its bytes so far tell.
std::size_t FrameTracker::header_length() const {
  if (header_size_ < 2) return 2;
  const unsigned length = header_[1] & 0x7FU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + ((header_[1] & kMasked) != 0 ? 4 : 0);
}

// One byte of a header, or what there is of a payload: how many bytes that was.
std::size_t FrameTracker::step(std::string_view bytes, bool& data) {
  if (payload_left_ > 0) {
    const auto skipped = std::min<std::uint64_t>(payload_left_, bytes.size());
    payload_left_ -= skipped;
    return static_cast<std::size_t>(skipped);
  }
  header_[header_size_++] = static_cast<unsigned char>(bytes.front());
  if (header_size_ < header_length()) return 1;
  data = data || is_data(header_[0]);
  closed_ = closed_ || (header_[0] & kOpcode) == kCloseOpcode;
  payload_left_ = header_[1] & 0x7FU;
  if (payload_left_ >= 126) {
    const std::size_t count = payload_left_ == 126 ? 2 : 8;
    payload_left_ = 0;
    for (std::size_t i = 0; i < count; ++i) payload_left_ = payload_left_ << 8 | header_[2 + i];
  }
  header_size_ = 0;
  return 1;
}

bool FrameTracker::follow(std::string_view bytes) {
  bool data = false;
  while (!bytes.empty()) bytes.remove_prefix(step(bytes, data));
  return data;
}

std::size_t FrameTracker::rest_of_frame(std::string_view bytes) const {
  FrameTracker ahead = *this;
  std::size_t taken = 0;
  bool data = false;
  while (!ahead.at_boundary() && taken < bytes.size()) taken += ahead.step(bytes.substr(taken), data);
  return taken;
}

std::string close_frame(std::uint16_t code, std::string_view reason, bool to_server) {
  reason = reason.substr(0, kLongestReason);
  std::string frame;
  frame.push_back(static_cast<char>(kFinal | kCloseOpcode));
  const auto length = static_cast<unsigned char>(reason.size() + 2);
  frame.push_back(static_cast<char>(to_server ? length | kMasked : length));
  // a mask of zeros is a mask: it only has to be there (the payload is no secret and no attacker's)
  if (to_server) frame.append(4, '\0');
  frame.push_back(static_cast<char>(code >> 8));
  frame.push_back(static_cast<char>(code & 0xFF));
  frame.append(reason);
  return frame;
}

}  // namespace router::net
