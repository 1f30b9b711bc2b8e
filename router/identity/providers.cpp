#include "identity/providers.h"

#include <algorithm>

#include "identity/claimed_token.h"
#include "identity/faults.h"
#include "identity/metadata.h"
#include "identity/oidc_provider.h"
#include "identity/xsuaa_provider.h"

namespace router::identity {

namespace {

base::Task<void> load(Provider* provider) {
  // Logged where it happens; whoever needs the metadata asks again.
  const auto ignored = co_await provider->metadata();
}

bool has_issuer(const Provider& provider, std::string_view issuer) {
  const auto names = issuers_of(provider);
  return std::find(names.begin(), names.end(), issuer) != names.end();
}

bool is_named(const Provider& provider, const ClaimedToken& token) {
  const auto& parties = token.parties;
  return std::find(parties.begin(), parties.end(), provider.config().client_id) != parties.end();
}

// `verify`: of one provider. The first answer that is not "not mine"; else the last refusal.
template <class T>
base::Task<base::Result<T>> ask_in_turn(std::vector<Provider*> candidates, std::string token,
                                        base::Task<base::Result<T>> (Provider::*verify)(std::string)) {
  base::Result<T> answer = refused_credential("no provider that is bound here has issued the token");
  bool is_away = false;
  for (Provider* candidate : candidates) {
    std::string copy = token;
    auto verifying = (candidate->*verify)(std::move(copy));
    auto verified = co_await verifying;
    if (verified) co_return verified;
    // one that could not be asked may have been the one
    if (!is_away) answer = std::move(verified);
    is_away = is_away || answer.error().code != base::ErrorCode::unauthenticated;
  }
  co_return answer;
}

}  // namespace

std::string issuer_of(const Provider& provider) {
  if (const auto metadata = provider.known_metadata()) return metadata->issuer;
  return configured_issuer(provider.config());
}

std::vector<std::string> issuers_of(const Provider& provider) {
  std::vector<std::string> names{issuer_of(provider)};
  const auto& config = provider.config();
  if (config.kind != config::ProviderKind::xsuaa) return names;
  if (config.url != names.front()) names.push_back(config.url);
  names.push_back(names.front() + "/oauth/token");
  return names;
}

std::unique_ptr<Provider> make_provider(const config::IdentityProvider& config, Parts parts) {
  if (config.kind == config::ProviderKind::xsuaa) return std::make_unique<XsuaaProvider>(config, parts);
  return std::make_unique<OidcProvider>(config, parts);
}

Providers::Providers(const std::vector<config::IdentityProvider>& bindings, Parts parts) {
  for (const auto& binding : bindings) providers_.push_back(make_provider(binding, parts));
}

Provider* Providers::find(std::string_view name) const {
  if (name.empty()) return first();
  const auto found = std::find_if(providers_.begin(), providers_.end(),
                                  [name](const auto& provider) { return provider->config().name == name; });
  return found == providers_.end() ? nullptr : found->get();
}

Provider* Providers::find_issuer(std::string_view issuer) const {
  for (const auto& provider : providers_) {
    if (issuer == issuer_of(*provider)) return provider.get();
  }
  return nullptr;
}

std::vector<Provider*> Providers::candidates(std::string_view token) const {
  if (providers_.size() == 1) return {providers_.front().get()};
  const auto claimed = read_claimed_token(token);
  if (!claimed) return {};
  std::vector<Provider*> fitting;
  std::vector<Provider*> named;
  for (const auto& provider : providers_) {
    const bool fits = has_issuer(*provider, claimed->issuer);
    if (fits) fitting.push_back(provider.get());
    const bool may_fit = fits || provider->config().kind == config::ProviderKind::xsuaa;
    if (may_fit && is_named(*provider, *claimed)) named.push_back(provider.get());
  }
  return named.empty() ? fitting : named;
}

base::Task<base::Result<LogoutToken>> Providers::verify_logout_token(std::string token) const {
  auto able = candidates(token);
  return ask_in_turn(std::move(able), std::move(token), &Provider::verify_logout_token);
}

base::Task<base::Result<Claims>> Providers::verify_id_token_hint(std::string token) const {
  auto able = candidates(token);
  return ask_in_turn(std::move(able), std::move(token), &Provider::verify_id_token_hint);
}

void Providers::start() {
  for (const auto& provider : providers_) base::start_detached(load(provider.get()));
}

}  // namespace router::identity
