// Destinations that the variable `destinations` does not know: asked of the bound destination service when a
// request needs one, kept there for a while.
//
// Immutable. Owner: the graph. find() on the request's loop; the answer stays usable whatever the service
// says later. Errors: as identity/destination_service; not_found also for a name taken from path or host that
// the destination does not allow to be (HTML5.DynamicDestination).
#pragma once

#include <memory>
#include <string>

#include "backend/backend.h"
#include "backend/compressed_body.h"
#include "identity/client_tokens.h"
#include "identity/destination_service.h"

namespace router::backend {

class LookedUpDestinations {
 public:
  // References outlive it.
  LookedUpDestinations(std::shared_ptr<identity::DestinationService> service, const config::Configuration& config,
                       CompressionSlots& slots, std::shared_ptr<identity::ClientTokens> tokens)
      : service_(std::move(service)), config_(config), slots_(slots), tokens_(std::move(tokens)) {}

  // As identity/destination_service.
  bool must_ask_for(const std::string& name, const std::string& tenant, bool is_stranger) const {
    return service_->must_ask_for(name, tenant, is_stranger);
  }
  void drop_tenant(const std::string& tenant) const { service_->drop_tenant(tenant); }

  // `dynamic`: the client chose the name. `tenant`: as identity/destination_service.
  base::Task<base::Result<std::shared_ptr<Backend>>> find(std::string name, std::string tenant, bool dynamic,
                                                          base::Loop& home) const;

 private:
  std::shared_ptr<identity::DestinationService> service_;
  const config::Configuration& config_;
  CompressionSlots& slots_;
  std::shared_ptr<identity::ClientTokens> tokens_;  // for what is OnPremise
};

}  // namespace router::backend
