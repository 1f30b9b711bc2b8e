// A lasting connection to a server whose protocol net/ does not know: bytes there, bytes back. No Asio in here: used by
// storage/.
//
// All calls on the loop it belongs to; one read and one write may be under way at the same time. It outlives them:
// whoever is done with it closes it first and lets them end. Errors: refused, timeout (connecting), closed (the peer's
// end, or a fault), cancelled (close() meanwhile), overloaded (no file descriptor left), invalid_config (the CA file).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "net/peer_address.h"

namespace router::net {

// What is the same for all servers of one kind.
struct PeerTls {
  bool is_on = false;
  bool verify = true;                 // that somebody trusted has issued the certificate
  bool verify_host = true;            // and that it is this host's
  std::vector<std::string> ca_files;  // PEM, trusted besides the system's
  std::string trusted;                // the same, as text
};

class PeerConnection {
 public:
  virtual ~PeerConnection() = default;

  // Once: look-up, connecting and handshake together within that time.
  virtual base::Task<base::Result<void>> connect(base::milliseconds at_most) = 0;
  // At least one byte.
  virtual base::Task<base::Result<std::size_t>> read_some(std::span<char> into) = 0;
  // All of it; `bytes` outlives the Task.
  virtual base::Task<base::Result<void>> write(std::string_view bytes) = 0;
  // What is under way ends soon, never inside this call. At any time.
  virtual void close() = 0;
};

// Makes connections of one loop.
class PeerConnector {
 public:
  virtual ~PeerConnector() = default;

  virtual base::Loop& loop() = 0;
  virtual std::unique_ptr<PeerConnection> make(const PeerAddress& address) = 0;
};

}  // namespace router::net
