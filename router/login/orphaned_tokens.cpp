#include "login/orphaned_tokens.h"

#include <utility>

#include "base/log.h"

namespace router::login {
namespace {

base::Task<void> give_back_to(base::Loop& background, FindProvider find_provider, std::string name,
                              base::Secret refresh_token) {
  co_await base::switch_to(background);
  auto* provider = find_provider(name);
  if (provider == nullptr) co_return;
  auto giving_back = give_back(*provider, std::move(refresh_token));
  co_await giving_back;
}

}  // namespace

bool gives_back(const Parts& parts) { return parts.config->logout.revoke_tokens.value_or(true); }

base::Task<void> give_back(identity::Provider& provider, base::Secret refresh_token) {
  const auto metadata = provider.known_metadata();
  if (refresh_token.empty() || !metadata || metadata->revocation_endpoint.empty()) co_return;
  auto revoking = provider.revoke(std::move(refresh_token), "refresh_token");
  const auto revoked = co_await revoking;
  if (!revoked) base::log_warning("login.token_not_revoked", {{"detail", base::describe(revoked.error())}});
}

void give_back_soon(const Parts& parts, std::string provider, base::Secret refresh_token) {
  if (!gives_back(parts)) return;
  base::start_detached(
      give_back_to(parts.background, parts.find_provider, std::move(provider), std::move(refresh_token)));
}

}  // namespace router::login
