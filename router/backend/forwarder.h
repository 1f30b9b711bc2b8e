// Forwards requests to one destination and streams the answers back (backend/passage.h).
//
// Answers are compressed on their way (backend/compressed_body.h).
// Immutable; serve() on the exchange's loop. Owner: the graph.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.h"
#include "backend/compressed_body.h"
#include "backend/passage_metrics.h"
#include "config/token_rule.h"
#include "net/backend_origin.h"

namespace router::backend {

class Forwarder final : public Backend {
 public:
  // What it is given outlives it.
  Forwarder(const config::Destination& destination, const config::Configuration& configuration,
            CompressionSlots& slots);

  base::Task<base::Result<void>> serve(Call& call) override;
  bool takes_user_token() const override { return config::takes_token(destination_); }

 private:
  const config::Destination& destination_;
  const config::Configuration& config_;
  net::BackendOrigin origin_;
  CompressionSlots& slots_;
  const PassageMetrics metrics_;
};

}  // namespace router::backend
