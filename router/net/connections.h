// The open connections from clients of one loop: counted, drained, closed. A list that the connections link
// themselves into.
//
// Owner: net/server. Loop thread only, but for count().
#pragma once

#include <atomic>
#include <cstddef>

namespace router::net {

class ClientConnection;

class Connections {
 public:
  void add(ClientConnection& connection);
  void remove(ClientConnection& connection);
  // Any thread.
  std::size_t count() const { return count_; }
  bool draining() const { return draining_; }
  // Closes idle connections soon, the others after their current response.
  void drain();
  // Closes everything.
  void abort_all();

 private:
  ClientConnection* first_ = nullptr;
  std::atomic<std::size_t> count_ = 0;
  bool draining_ = false;
};

}  // namespace router::net
