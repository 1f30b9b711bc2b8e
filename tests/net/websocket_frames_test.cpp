#include "net/websocket_frames.h"

#include <doctest/doctest.h>

#include <string>

namespace router::websocket_frames_test {

using router::net::close_frame;
using router::net::FrameTracker;

namespace {
std::string frame(unsigned char first, std::string payload, bool masked = false) {
  std::string bytes(1, static_cast<char>(first));
  const char mask = masked ? '\x80' : '\0';
  if (payload.size() < 126) {
    bytes.push_back(static_cast<char>(mask | static_cast<char>(payload.size())));
  } else {
    bytes.push_back(static_cast<char>(mask | 126));
    bytes.push_back(static_cast<char>(payload.size() >> 8));
    bytes.push_back(static_cast<char>(payload.size() & 0xFF));
  }
  if (masked) bytes.append(4, 'k');
  return bytes + payload;
}
}  // namespace

TEST_CASE("websocket frames: boundaries are found however the bytes are cut") {
  const std::string stream = frame(0x81, "hello", true) + frame(0x82, std::string(300, 'x')) + frame(0x89, "");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameTracker frames;
    frames.follow(std::string_view(stream).substr(0, cut));
    const bool between = cut == 0 || cut == 11 || cut == 11 + 304 || cut == stream.size();
    CAPTURE(cut);
    CHECK(frames.at_boundary() == between);
    frames.follow(std::string_view(stream).substr(cut));
    CHECK(frames.at_boundary());
  }
}

TEST_CASE("websocket frames: messages are a user's, pings and pongs are not") {
  CHECK(FrameTracker().follow(frame(0x81, "text")));
  CHECK(FrameTracker().follow(frame(0x02, "binary, unfinished")));
  CHECK_FALSE(FrameTracker().follow(frame(0x89, "ping")));
  CHECK_FALSE(FrameTracker().follow(frame(0x8A, "pong")));
  CHECK_FALSE(FrameTracker().follow(frame(0x88, "")));
}

TEST_CASE("websocket frames: a close frame says why, masked towards a server") {
  CHECK(close_frame(4001, "signed out", false) == std::string("\x88\x0c\x0f\xa1") + "signed out");
  CHECK(close_frame(1001, "", true) == std::string("\x88\x82\0\0\0\0\x03\xe9", 8));
  FrameTracker frames;
  frames.follow(close_frame(1001, std::string(500, 'a'), true));
  CHECK(frames.at_boundary());
}

TEST_CASE("websocket frames: the rest of the frame under way is told from what comes behind it [N12]") {
  for (const std::string& one : {frame(0x81, "hello", true), frame(0x82, std::string(300, 'x')), frame(0x89, "")}) {
    for (std::size_t cut = 0; cut <= one.size(); ++cut) {
      CAPTURE(one.size());
      CAPTURE(cut);
      FrameTracker frames;
      frames.follow(std::string_view(one).substr(0, cut));
      const std::string rest = one.substr(cut);
      const std::size_t expected = cut == 0 ? 0 : rest.size();
      CHECK(frames.rest_of_frame(rest + one) == expected);
      // what has not come yet is not counted
      CHECK(frames.rest_of_frame(rest.substr(0, rest.size() / 2)) == (cut == 0 ? 0 : rest.size() / 2));
    }
  }
}

TEST_CASE("websocket frames: a Close that has begun is remembered, other frames are not [N12]") {
  FrameTracker frames;
  frames.follow(frame(0x81, "a") + frame(0x89, ""));
  CHECK_FALSE(frames.has_closed());
  frames.follow(frame(0x88, "", true));
  CHECK(frames.has_closed());
}

}  // namespace router::websocket_frames_test
