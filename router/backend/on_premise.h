// Forwards requests to a destination behind a Cloud Connector: to the proxy of the connectivity service, which gets them
// whole, in absolute form and in plain HTTP; never through a tunnel.
//
// With a token of the router's own for the tenant, for the provider where the destination service has it as the
// provider's, and, where the destination propagates its users, with the user's. Connections are one tenant's.
// Immutable. Owner: as Forwarder. Source: docs/contract/html5.md section 3.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/compressed_body.h"
#include "backend/own_token.h"
#include "backend/passage_metrics.h"
#include "identity/client_tokens.h"

namespace router::backend {

// What the proxy is told, beside what the back-end is; `user_token` may be empty.
std::vector<std::pair<std::string, std::string>> connector_fields(const std::string& location_id,
                                                                  const base::Secret& proxy_token,
                                                                  const base::Secret& user_token);

class OnPremise final : public OwnToken {
 public:
  // What it is given outlives it, but for `tokens`. The destination leads through a connectivity service.
  OnPremise(const config::Destination& destination, const config::Configuration& config, CompressionSlots& slots,
            std::shared_ptr<identity::ClientTokens> tokens);

  bool takes_user_token() const override { return destination_.propagates_user; }

 private:
  base::Task<base::Result<void>> ask(Call& call, const std::string& rewritten) override;

  const config::Destination& destination_;
  const config::Configuration& config_;
  CompressionSlots& slots_;
  const std::shared_ptr<identity::ClientTokens> tokens_;
  const identity::ClientTokens::Client client_;
  const PassageMetrics metrics_;
};

// The one of the two that the destination needs.
std::unique_ptr<Backend> make_forwarder(const config::Destination& destination, const config::Configuration& config,
                                        CompressionSlots& slots, const std::shared_ptr<identity::ClientTokens>& tokens);

}  // namespace router::backend
