// However the bytes of a tunnel are cut, the frames are the same; and a Close of our own is one whole frame.
#include <algorithm>

#include "fuzz/fuzz.h"
#include "net/websocket_frames.h"

using namespace router;
using fuzz::require;

namespace {

struct Followed {
  bool data = false;
  bool at_boundary = true;
  bool operator==(const Followed&) const = default;
};

Followed follow(std::string_view bytes, std::size_t piece) {
  net::FrameTracker tracker;
  Followed followed;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    followed.data |= tracker.follow(bytes.substr(0, piece));
  }
  followed.at_boundary = tracker.at_boundary();
  return followed;
}

void check_close(std::uint16_t code, std::string_view reason, bool to_server) {
  const auto frame = net::close_frame(code, reason, to_server);
  require(frame.size() >= 4 && frame.size() <= 2 + 4 + 125, "a control frame is short");
  require((static_cast<unsigned char>(frame[1]) & 0x7F) <= 125, "a control frame has the short length");
  require(follow(frame, frame.size()) == Followed{false, true}, "a Close is one frame without data");
  require(!follow(std::string_view(frame).substr(0, frame.size() - 1), 1).at_boundary, "no more than one frame");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::as_text(data, size);
  const auto whole = follow(bytes, bytes.size());
  require(follow(bytes, 1) == whole, "byte by byte is the same");
  const std::size_t piece = size > 0 ? data[0] % 16U + 2 : 2;
  require(follow(bytes, piece) == whole, "in pieces is the same");
  const auto code = static_cast<std::uint16_t>(size > 1 ? data[0] << 8 | data[1] : 1000);
  check_close(code, bytes, true);
  check_close(code, bytes, false);
  return 0;
}
