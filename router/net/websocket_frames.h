// WebSocket frames as far as a tunnel has to know them: where one ends, whether it carries data, how to say goodbye.
//
// The tunnel passes bytes on as they are; it follows the frames only to insert a Close at a frame boundary and to
// tell a user's messages from pings. Source: RFC 6455 sections 5.2, 5.5.1, 7.4.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace router::net {

class FrameTracker {
 public:
  // Follows `bytes`; true if a data frame (text, binary, continuation) began in them.
  bool follow(std::string_view bytes);
  // Between two frames: a frame of our own may be inserted here.
  bool at_boundary() const { return payload_left_ == 0 && header_size_ == 0; }
  // A Close frame has begun: no frame may come behind it.
  bool has_closed() const { return closed_; }
  // How many of `bytes`, which would come next, belong to the frame under way.
  std::size_t rest_of_frame(std::string_view bytes) const;

 private:
  std::size_t header_length() const;
  std::size_t step(std::string_view bytes, bool& data);

  std::array<unsigned char, 14> header_{};
  std::size_t header_size_ = 0;  // bytes of the header seen so far
  std::uint64_t payload_left_ = 0;
  bool closed_ = false;
};

// `reason` at most 123 bytes. Frames to a server are masked.
std::string close_frame(std::uint16_t code, std::string_view reason, bool to_server);

}  // namespace router::net
