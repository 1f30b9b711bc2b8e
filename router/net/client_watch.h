// Notices that a client has gone while its request is being answered and nobody reads from it.
//
// It looks now and then instead of waiting for the socket: what a client sends ahead, and the records of TLS,
// would hide the end from a wait. Nothing is ever under way, so nothing has to be cancelled. An answer within
// most of a second costs no system call. What nobody can see is a FIN behind more bytes than the sockets take without
// being read: it has not been sent yet. Owner: the connection, on its loop. Included by net/*.cpp only.
#pragma once

#include <functional>

#include "net/asio_loop.h"
#include "net/deadline.h"

namespace router::net {

class ClientWatch {
 public:
  // `gone` runs once, and may destroy the watch.
  ClientWatch(AsioLoop& loop, std::function<bool()> has_left, std::function<void()> gone);

  void begin();
  void end() { due_.disarm(); }

 private:
  void look();

  std::function<bool()> has_left_;
  std::function<void()> gone_;
  Deadline due_;
};

}  // namespace router::net
