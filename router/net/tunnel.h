// Bytes both ways between a client and a back-end after an upgrade, with back-pressure: a side is read only when what
// it sent before has been written to the other. Included by net/*.cpp only; runs on the loop of both streams.
#pragma once

#include <functional>
#include <string>

#include "base/event.h"
#include "net/stream.h"
#include "net/websocket_frames.h"

namespace router::net {

class Tunnel {
 public:
  Tunnel(AsioLoop& loop, Stream& client, Stream& backend, std::function<void()> client_data);

  // Until both directions have ended. The strings are what came behind the heads.
  base::Task<void> run(std::string from_client, std::string from_backend);
  // A Close frame to both sides, where they stand between two frames; run() ends soon after.
  void end(std::uint16_t code, std::string_view reason);

 private:
  base::Task<void> run_upward(std::string first);
  base::Task<void> client_to_backend(std::string first);
  base::Task<void> backend_to_client(std::string first);
  base::Task<void> relay(Stream& from, Stream& to, FrameTracker& frames, std::string first, bool is_client);
  base::Task<void> say_goodbye(Stream& to, const FrameTracker& frames, bool to_server);

  AsioLoop& loop_;
  Stream& client_;
  Stream& backend_;
  std::function<void()> client_data_;
  FrameTracker from_client_;
  FrameTracker from_backend_;
  bool ending_ = false;
  std::uint16_t code_ = 0;
  std::string reason_;
  Deadline half_open_;  // one side has ended: the other has a moment to do so, too
  base::Event upward_done_;
};

}  // namespace router::net
