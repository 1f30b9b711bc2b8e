// The listening side of one loop: accepts connections and has them served.
//
// Every loop listens on the same address with SO_REUSEPORT; the kernel spreads new connections. Before file descriptors
// run out, accepting pauses: the last quarter of them (at most 1,024) is for back-ends and files. Loop thread only, but
// for connections() and is_listening().
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>

#include "base/result.h"
#include "net/asio_loop.h"
#include "net/client_connection.h"
#include "net/connection_limits.h"
#include "net/server_tls.h"

namespace router::net {

class Server {
 public:
  Server(AsioLoop& loop, Handler& handler, ParseLimits parse_limits, ServerTimeouts timeouts, ConnectionLimits& limits);
  ~Server();

  // Port 0 picks a free one. Errors: refused (with the reason: in use, no permission).
  base::Result<std::uint16_t> listen(std::uint16_t port);
  // On a socket that is bound already, beside others who listen on it; it stays the caller's. Whoever connects while the
  // router drains waits in it for the next one.
  base::Result<std::uint16_t> listen_on(int shared);
  void start();
  // TLS for connections accepted from now on; null = plain.
  void use_tls(std::shared_ptr<ServerTls> tls) { tls_ = std::move(tls); }

  // Stops accepting; open connections go on until their current answer is sent. The kernel would reset handshakes
  // that are under way when a listener closes, so for a moment no new ones are begun first: their SYN is dropped, the
  // client sends it again a second later, and it reaches another instance on the port, or nobody.
  void drain();
  bool is_listening() const { return listening_; }
  // Closes what is left.
  void abort_all() { connections_.abort_all(); }
  std::size_t connections() const { return connections_.count(); }

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

  void accept_next();
  void accepted(Socket socket);
  void pause_accepting();
  bool is_short_of_descriptors() const;
  void close_listener();
  void leave_listener();

  AsioLoop& loop_;
  Handler& handler_;
  ParseLimits parse_limits_;
  ServerTimeouts timeouts_;
  ConnectionLimits& limits_;
  Acceptor acceptor_;
  std::shared_ptr<ServerTls> tls_;
  Connections connections_;
  int first_reserved_;  // this descriptor and those behind it are not for clients
  bool paused_ = false;
  bool is_shared_ = false;
  std::atomic<bool> listening_{false};
  Deadline resume_;
  Deadline last_handshakes_;
};

}  // namespace router::net
