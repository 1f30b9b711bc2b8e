// TLS towards clients: one certificate a host name, chosen by SNI, the first one for everybody else.
//
// TLS 1.2 and newer, forward-secret suites, session resumption by tickets, whose keys rotate. Immutable after load: a
// reload makes a new one, connections keep what they began with (OpenSSL counts the references). Any thread. Included
// by net/ and app/ only.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/ticket_keys.h"

namespace router::net {

class ServerTls {
 public:
  // Comma-separated PEM files, as many certificates (with chain) as keys (TLS_CERT, TLS_KEY).
  // Errors: invalid_config, naming the file.
  static base::Result<std::shared_ptr<ServerTls>> load(const std::string& certificates, const std::string& keys);

  // When the first of the certificates ends.
  base::WallTime expires() const { return expires_; }
  boost::asio::ssl::context& context() { return *contexts_.front(); }

 private:
  static int choose_by_name(SSL* connection, int* alert, void* self);

  base::SystemClock clock_;
  TicketKeys ticket_keys_{clock_};
  std::vector<std::unique_ptr<boost::asio::ssl::context>> contexts_;
  base::WallTime expires_ = base::WallTime::max();
};

}  // namespace router::net
