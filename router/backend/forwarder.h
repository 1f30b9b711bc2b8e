// Forwards a request to one destination and streams the answer back. Nothing is buffered whole.
//
// Rules: http.md "Forwarding". The request is tried again on a fresh connection only when a kept-alive one closed
// before any answer byte, and the method is idempotent or nothing was sent. An answer that arrives before the request
// body has been sent ends the client's connection after it. Cookies of the back-end go to the session first, then the
// head to the browser.
// Answers are compressed on their way (backend/compressed_body.h).
// Immutable but for the count of encoders in use; serve() on the exchange's loop. Owner: the graph.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.h"
#include "backend/compressed_body.h"
#include "net/backend_origin.h"
#include "session/live_connections.h"

namespace router::backend {

class Forwarder final : public Backend {
 public:
  Forwarder(const config::Destination& destination, const config::Configuration& configuration,
            session::LiveConnections& live);

  base::Task<base::Result<void>> serve(Call& call) override;

 private:
  const config::Destination& destination_;
  const config::Configuration& config_;
  session::LiveConnections& live_;
  net::BackendOrigin origin_;
  CompressionSlots slots_;
};

}  // namespace router::backend
