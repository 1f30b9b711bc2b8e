// Sends a request body to the back-end while its answer may already be coming in.
//
// Runs beside the coroutine that reads the answer, on the same loop; that one must wait for stop() before it
// lets go of the exchange or the connection. A fault of the client closes the back-end connection, so that a
// body cut short is never completed (docs/contract/http.md).
#pragma once

#include <optional>
#include <string>

#include "base/event.h"
#include "net/backend_connection.h"
#include "net/exchange.h"
#include "session/cookie_names.h"

namespace router::backend {

class BodyPump {
 public:
  BodyPump(net::Exchange& exchange, net::BackendConnection& connection, const session::CookieNames& own)
      : exchange_(exchange),
        connection_(connection),
        own_(own),
        chunked_(exchange.request().body == http::BodyKind::chunked) {}

  // Starts with `head`, joined with body bytes that are there already.
  void start(std::string head);

  bool finished() const { return finished_; }  // all of it was sent
  // Why the body broke off, where that was not the back-end's doing.
  const std::optional<base::Error>& client_fault() const { return client_fault_; }
  // Stops sending, and waits until nothing is under way.
  base::Task<void> stop();

 private:
  base::Task<void> run(std::string head);
  base::Task<void> pump(std::string head);
  base::Task<base::Result<void>> send_piece(std::string& prefix, net::BodyPiece piece);

  net::Exchange& exchange_;
  net::BackendConnection& connection_;
  const session::CookieNames& own_;
  bool chunked_;
  bool running_ = false;
  bool finished_ = false;
  std::optional<base::Error> client_fault_;
  base::Event done_;
};

}  // namespace router::backend
