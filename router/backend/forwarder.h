// Forwards requests to one destination and streams the answers back (backend/passage.h).
//
// Answers are compressed on their way (backend/compressed_body.h).
// Immutable but for the count of encoders in use; serve() on the exchange's loop. Owner: the graph.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.h"
#include "backend/compressed_body.h"
#include "net/backend_origin.h"

namespace router::backend {

class Forwarder final : public Backend {
 public:
  Forwarder(const config::Destination& destination, const config::Configuration& configuration);

  base::Task<base::Result<void>> serve(Call& call) override;

 private:
  const config::Destination& destination_;
  const config::Configuration& config_;
  net::BackendOrigin origin_;
  CompressionSlots slots_;
};

}  // namespace router::backend
