#include "identity/providers.h"

#include <algorithm>

#include "identity/oidc_provider.h"
#include "identity/xsuaa_provider.h"

namespace router::identity {

namespace {

base::Task<void> load(Provider* provider) {
  // Logged where it happens; whoever needs the metadata asks again.
  const auto ignored = co_await provider->metadata();
}

}  // namespace

std::unique_ptr<Provider> make_provider(const config::IdentityProvider& config, Runtime runtime) {
  if (config.kind == config::ProviderKind::xsuaa) return std::make_unique<XsuaaProvider>(config, runtime);
  return std::make_unique<OidcProvider>(config, runtime);
}

Providers::Providers(const std::vector<config::IdentityProvider>& bindings, Runtime runtime) {
  for (const auto& binding : bindings) providers_.push_back(make_provider(binding, runtime));
}

Provider* Providers::find(std::string_view name) const {
  if (name.empty()) return first();
  const auto found = std::find_if(providers_.begin(), providers_.end(),
                                  [name](const auto& provider) { return provider->config().name == name; });
  return found == providers_.end() ? nullptr : found->get();
}

Provider* Providers::find_issuer(std::string_view issuer) const {
  for (const auto& provider : providers_) {
    const auto metadata = provider->known_metadata();
    const std::string& configured =
        provider->config().issuer.empty() ? provider->config().url : provider->config().issuer;
    if (issuer == (metadata ? metadata->issuer : configured)) return provider.get();
  }
  return nullptr;
}

void Providers::start() {
  for (const auto& provider : providers_) base::start_detached(load(provider.get()));
}

}  // namespace router::identity
