// The bound identity providers, by name; the first is the default one.
//
// Owner: app/parts; must outlive every Task of its providers. Immutable after construction: find() and all()
// from any thread. start() on the background loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "identity/parts.h"
#include "identity/provider.h"

namespace router::identity {

std::unique_ptr<Provider> make_provider(const config::IdentityProvider& config, Parts parts);

// The issuer of a binding, as far as it is known.
std::string issuer_of(const Provider& provider);
// All that its tokens may name, the above first: those of an xsuaa name its token endpoint.
std::vector<std::string> issuers_of(const Provider& provider);

class Providers {
 public:
  Providers(const std::vector<config::IdentityProvider>& bindings, Parts parts);
  // For tests and for other kinds of providers.
  explicit Providers(std::vector<std::unique_ptr<Provider>> providers) : providers_(std::move(providers)) {}

  // nullptr if there is no such binding. An empty name means the default one.
  Provider* find(std::string_view name) const;
  // The one whose known issuer this is, for front-channel logout and unverified hints; nullptr if none.
  Provider* find_issuer(std::string_view issuer) const;
  // Whose keys a token has to be checked with: the bindings whose issuer fits, of them those that are named as audience
  // or client if any is; xsuaa, whose issuer is not compared, by audience and client alone. Where one is bound only,
  // that one. Empty: none of ours.
  std::vector<Provider*> candidates(std::string_view token) const;
  // By the candidates in turn: the first that accepts it. Errors: unauthenticated (none has issued it), unavailable
  // (one that may have is away).
  base::Task<base::Result<LogoutToken>> verify_logout_token(std::string token) const;
  base::Task<base::Result<Claims>> verify_id_token_hint(std::string token) const;
  // nullptr if nothing is bound.
  Provider* first() const { return providers_.empty() ? nullptr : providers_.front().get(); }
  const std::vector<std::unique_ptr<Provider>>& all() const { return providers_; }

  // Loads all metadata ahead of the first login; failures are retried and logged (docs/contract/reliability.md L1).
  void start();

 private:
  std::vector<std::unique_ptr<Provider>> providers_;
};

}  // namespace router::identity
