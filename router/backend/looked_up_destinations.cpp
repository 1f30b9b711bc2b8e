#include "backend/looked_up_destinations.h"

#include "backend/on_premise.h"

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

using Found = std::shared_ptr<const config::Destination>;

// With what the descriptor says of it.
Found as_configured(Found found, const config::Configuration& config) {
  const auto logout = config.looked_up_logouts.find(found->name);
  if (logout == config.looked_up_logouts.end() || logout->second.audience.empty()) return found;
  auto configured = std::make_shared<config::Destination>(*found);
  configured->logout_audience = logout->second.audience;
  return configured;
}

// Keeps what its forwarder refers to.
class LookedUp final : public Backend {
 public:
  LookedUp(Found destination, const config::Configuration& config, CompressionSlots& slots,
           const std::shared_ptr<identity::ClientTokens>& tokens)
      : destination_(std::move(destination)), forwarder_(make_forwarder(*destination_, config, slots, tokens)) {}

  Task<Result<void>> serve(Call& call) override { return forwarder_->serve(call); }
  bool takes_user_token() const override { return forwarder_->takes_user_token(); }

 private:
  Found destination_;
  std::unique_ptr<Backend> forwarder_;
};

}  // namespace

Task<Result<std::shared_ptr<Backend>>> LookedUpDestinations::find(std::string name, std::string tenant, bool dynamic,
                                                                  base::Loop& home) const {
  auto asking = service_->find(std::move(name), std::move(tenant), home);
  auto found = co_await asking;
  if (!found) co_return found.error();
  if (dynamic && !(*found)->allows_dynamic) {
    co_return Error{ErrorCode::not_found, Side::client,
                    "destination " + (*found)->name + " has no HTML5.DynamicDestination"};
  }
  auto configured = as_configured(*std::move(found), config_);
  co_return std::shared_ptr<Backend>(std::make_shared<LookedUp>(std::move(configured), config_, slots_, tokens_));
}

}  // namespace router::backend
