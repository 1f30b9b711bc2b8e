#include "identity/remote_provider.h"

#include <algorithm>

#include "identity/faults.h"
#include "identity/metadata.h"
#include "identity/urls.h"

namespace router::identity {

namespace {

constexpr const char* kSharedSecretAlgorithm = "HS256";

// The registered algorithm alone; else the asymmetric ones, as far as the provider announces them.
crypto::Algorithms allowed_algorithms(const config::IdentityProvider& provider, const Metadata& metadata) {
  if (!provider.id_token_signed_response_alg.empty()) return {provider.id_token_signed_response_alg};
  if (metadata.signing_algs.empty()) return crypto::asymmetric_algorithms();
  crypto::Algorithms allowed;
  for (const auto& name : crypto::asymmetric_algorithms()) {
    const auto& announced = metadata.signing_algs;
    if (std::find(announced.begin(), announced.end(), name) != announced.end()) allowed.push_back(name);
  }
  return allowed;
}

}  // namespace

RemoteProvider::RemoteProvider(config::IdentityProvider config, Parts parts)
    : config_(std::move(config)),
      parts_(parts),
      tokens_(config_, parts_),
      keys_(std::make_shared<JwksCache>(config_.name, parts_)),
      reachability_(std::make_shared<Reachability>(parts_)),
      secret_keys_(crypto::KeySet::from_secret(config_.client_secret)) {}

std::string RemoteProvider::authorization_url(const Metadata& metadata, const AuthorizationRequest& request) const {
  return identity::authorization_url(config_, metadata, request);
}

base::Task<base::Result<Login>> RemoteProvider::exchange_code(CodeGrant grant) {
  const auto found = co_await metadata();
  if (!found) co_return found.error();
  const auto endpoints = at_tenant(config_, *found, grant.tenant);
  auto for_tokens = TokenClient::kDeadline;
  if (grant.ends_by != base::SteadyTime::max()) {
    const auto left = grant.ends_by - parts_.clock.steady();
    for_tokens = std::chrono::duration_cast<base::milliseconds>(left) - TokenClient::kForKeys;
  }
  auto answer = co_await tokens_.exchange_code(endpoints, std::move(grant.code), std::move(grant.code_verifier),
                                               std::move(grant.redirect_uri), for_tokens);
  if (!answer) co_return std::move(answer).error();
  Expectation expectation;
  expectation.nonce = std::move(grant.nonce);
  expectation.tenant = std::move(grant.tenant);
  auto login = co_await verify_answer(endpoints, *std::move(answer), std::move(expectation));
  co_return login;
}

base::Task<base::Result<Login>> RemoteProvider::refresh(RefreshGrant grant) {
  const auto found = co_await metadata();
  if (!found) co_return found.error();
  const auto endpoints = at_tenant(config_, *found, grant.tenant);
  auto answer = co_await tokens_.refresh(endpoints, grant.refresh_token);
  if (!answer) co_return std::move(answer).error();
  if (answer->refresh_token.empty()) answer->refresh_token = std::move(grant.refresh_token);
  Expectation expectation;
  expectation.subject = std::move(grant.previous_subject);
  expectation.tenant = std::move(grant.tenant);
  expectation.is_refresh = true;
  auto login = co_await verify_answer(endpoints, *std::move(answer), std::move(expectation));
  co_return login;
}

base::Task<base::Result<Login>> RemoteProvider::password_grant(PasswordGrant grant) {
  const auto found = co_await metadata();
  if (!found) co_return found.error();
  const auto endpoints = at_tenant(config_, *found, grant.tenant);
  auto answer = co_await tokens_.password(endpoints, std::move(grant.user), std::move(grant.password));
  if (!answer) co_return std::move(answer).error();
  Expectation expectation;
  expectation.tenant = std::move(grant.tenant);
  auto login = co_await verify_answer(endpoints, *std::move(answer), std::move(expectation));
  co_return login;
}

base::Task<base::Result<void>> RemoteProvider::revoke(base::Secret token, std::string hint) {
  const auto endpoints = co_await metadata();
  if (!endpoints) co_return endpoints.error();
  auto done = co_await tokens_.revoke(*endpoints, std::move(token), std::move(hint));
  co_return done;
}

base::Task<base::Result<void>> RemoteProvider::end_session(base::Secret id_token) {
  const auto endpoints = co_await metadata();
  if (!endpoints) co_return endpoints.error();
  auto done = co_await tokens_.end_session(*endpoints, std::move(id_token));
  co_return done;
}

base::Task<bool> RemoteProvider::is_reachable() {
  const auto endpoints = co_await metadata_soon();
  if (!endpoints) co_return false;
  // No logout endpoint: there is nothing that the browser could be sent to in vain.
  if (endpoints->end_session_endpoint.empty()) co_return true;
  const bool reachable = co_await reachability_->check(endpoints->end_session_endpoint);
  co_return reachable;
}

// A logout may be the first thing that needs the metadata; it does not wait for them longer than for a probe.
base::Task<RemoteProvider::Endpoints> RemoteProvider::metadata_soon() {
  if (auto known = known_metadata()) co_return known;
  const auto done = std::make_shared<base::Event>();
  struct Watch {
    static base::Task<void> fetch(RemoteProvider* self, std::shared_ptr<base::Event> event) {
      const auto ignored = co_await self->metadata();
      event->set();
    }
  };
  base::start_detached(Watch::fetch(this, done));
  parts_.loop.after(kProbeTimeout, [done] { done->set(); });
  co_await done->wait();
  co_return known_metadata();
}

base::Task<base::Result<crypto::JwsPayload>> RemoteProvider::verify_signature(Endpoints endpoints, std::string token) {
  crypto::Algorithms allowed = allowed_algorithms(config_, *endpoints);
  if (config_.id_token_signed_response_alg == kSharedSecretAlgorithm) {
    co_return crypto::verify_jws(token, secret_keys_, allowed);
  }
  auto verified =
      co_await keys_->verify(std::move(token), endpoints->jwks_uri, std::move(allowed), JwksCache::Refetch::allowed);
  co_return verified;
}

base::Task<base::Result<crypto::JwsPayload>> RemoteProvider::verify_access_signature(Endpoints endpoints,
                                                                                     std::string token,
                                                                                     JwksCache::Refetch refetch) {
  crypto::Algorithms allowed = crypto::asymmetric_algorithms();
  auto verified = co_await keys_->verify(std::move(token), endpoints->jwks_uri, std::move(allowed), refetch);
  co_return verified;
}

TokenSet RemoteProvider::token_set(TokenAnswer answer, std::optional<base::WallTime> access_expires) const {
  TokenSet tokens;
  tokens.obtained = now();
  if (answer.expires_in) tokens.access_expires = tokens.obtained + *answer.expires_in;
  if (access_expires && (!tokens.access_expires || *access_expires < *tokens.access_expires)) {
    tokens.access_expires = access_expires;
  }
  tokens.access_token = std::move(answer.access_token);
  tokens.refresh_token = std::move(answer.refresh_token);
  tokens.id_token = std::move(answer.id_token);
  return tokens;
}

}  // namespace router::identity
