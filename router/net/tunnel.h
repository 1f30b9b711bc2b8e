// Bytes both ways between a client and a back-end after an upgrade, with back-pressure: a side is read only
// when what it sent before has been written to the other. Included by net/*.cpp only; runs on the loop of
// both streams.
//
// Where one side ends, the other reads an end, too, and has a moment to end as well; then both are closed. So they are
// where the other side takes nothing more of what came before that end.
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
  // A Close frame to both sides, behind the frame that is being sent; run() ends soon after, a peer that
  // takes nothing notwithstanding.
  void end(std::uint16_t code, std::string_view reason);

 private:
  base::Task<void> run_upward(std::string first);
  base::Task<void> run_one(Stream& from, Stream& to, std::string first, bool is_client);
  base::Task<void> pass(Stream& from, Stream& to, std::string first, bool is_client);
  base::Task<void> relay(Stream& from, Stream& to, FrameTracker& written, std::string first, bool is_client);
  base::Task<void> say_goodbye(Stream& to, const FrameTracker& written, bool to_server);
  void close();

  AsioLoop& loop_;
  Stream& client_;
  Stream& backend_;
  std::function<void()> client_data_;
  bool ending_ = false;
  std::uint16_t code_ = 0;
  std::string reason_;
  Deadline closing_;  // one side has ended, or end() was called
  base::Event upward_done_;
};

}  // namespace router::net
