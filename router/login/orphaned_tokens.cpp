#include "login/orphaned_tokens.h"

#include <utility>

#include "base/log.h"

namespace router::login {

base::Task<void> give_back(identity::Provider& provider, base::Secret refresh_token) {
  const auto metadata = provider.known_metadata();
  if (refresh_token.empty() || !metadata || metadata->revocation_endpoint.empty()) co_return;
  auto revoking = provider.revoke(std::move(refresh_token), "refresh_token");
  const auto revoked = co_await revoking;
  if (!revoked) base::log_warning("login.token_not_revoked", {{"detail", base::describe(revoked.error())}});
}

}  // namespace router::login
