#include "login/start.h"

#include <memory>
#include <utility>

#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "http/pages.h"
#include "http/redirect_guard.h"
#include "login/fragment_cookie.h"

namespace router::login {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

std::string user_agent_of(const http::Headers& request) {
  return std::string(request.get("User-Agent").value_or(std::string_view()));
}

PendingLogin make_pending(const Parts& parts, const identity::Provider& provider, const http::External& external,
                          LoginRequest login) {
  PendingLogin pending;
  pending.nonce = crypto::random_token();
  pending.code_verifier = crypto::random_token();
  pending.provider = provider.config().name;
  pending.redirect_uri = redirect_uri(*parts.config, provider.config().kind, external);
  pending.return_path =
      http::is_safe_return_path(login.return_path) ? std::move(login.return_path) : std::string(kDefaultReturnPath);
  pending.application = std::move(login.application);
  pending.restarts = login.restarts;
  pending.identity_provider = std::move(login.identity_provider);
  pending.started = parts.clock.wall();
  return pending;
}

http::Response answer_with(const Parts& parts, const http::External& external, std::string_view url, char slot) {
  if (!parts.config->environment.preserve_fragment) return http::redirect_response(url);
  const auto seconds = std::chrono::duration_cast<base::seconds>(parts.pending.lifetime()).count();
  std::string attributes = "; Path=/; SameSite=Lax; Max-Age=" + std::to_string(seconds);
  // browsers take no __Host- cookie without Secure
  if (external.secure() || parts.config->environment.cookie_prefix) attributes.append("; Secure");
  return http::pages::start_login(url, parts.session_cookie.names().fragment(slot), attributes);
}

Task<Result<std::shared_ptr<const identity::Metadata>>> metadata_of(const Parts& parts, identity::Provider& provider,
                                                                    base::Loop& home) {
  if (auto known = provider.known_metadata()) co_return known;
  auto fetching = base::run_on(parts.background, home, provider.metadata());
  auto metadata = co_await fetching;
  if (metadata) co_return metadata;
  co_return Error{ErrorCode::unavailable, Side::identity_provider,
                  "metadata of " + provider.config().name + ": " + metadata.error().detail, true};
}

}  // namespace

std::string return_path_of(const http::Target& target) {
  auto whole = target.path_and_query();
  if (http::is_safe_return_path(whole)) return whole;
  base::log_warning("login.return_path_cut",
                    {{"bytes", std::to_string(whole.size())}, {"kept", std::to_string(target.path.size())}});
  return target.path;
}

std::string redirect_uri(const config::Configuration& config, config::ProviderKind kind,
                         const http::External& external) {
  auto uri = external.origin() + external.path_prefix + config.callback_endpoint;
  if (kind == config::ProviderKind::ias) uri.append("?authType=ias");
  return uri;
}

Task<Result<http::Response>> start_login(const Parts& parts, const http::Headers& request,
                                         const http::External& external, LoginRequest login, base::Loop& home) {
  if (login.restarts > kMostRestarts) {
    co_return Error{ErrorCode::unauthenticated, Side::client, "the login was started again and again"};
  }
  auto* provider = parts.find_provider(login.provider);
  if (provider == nullptr) {
    co_return Error{ErrorCode::unavailable, Side::identity_provider, "no identity provider is bound"};
  }
  auto fetching = metadata_of(parts, *provider, home);
  const auto metadata = co_await fetching;
  if (!metadata) co_return metadata.error();

  const std::string prompt = login.application.empty() ? login.prompt : "login";
  auto pending = make_pending(parts, *provider, external, std::move(login));
  const auto slots = parts.pending.assign(request, pending.started);
  if (parts.config->state_protection) {
    pending.state = parts.pending.seal_state({slots.free, pending.restarts, pending.started});
  }
  identity::AuthorizationRequest authorization;
  authorization.redirect_uri = pending.redirect_uri;
  authorization.state = pending.state;
  authorization.nonce = pending.nonce;
  authorization.code_challenge = crypto::base64url_encode(crypto::sha256(pending.code_verifier));
  authorization.prompt = prompt;
  authorization.identity_provider = pending.identity_provider;
  authorization.tenant = external.tenant;

  auto response = answer_with(parts, external, provider->authorization_url(**metadata, authorization), slots.free);
  const auto agent = user_agent_of(request);
  for (const char slot : slots.dropped) {
    response.headers.add("Set-Cookie", parts.pending.deletion(slot, external, agent).to_string());
  }
  // whatever an earlier attempt of the slot has left there is not this one's
  auto emptied = slots.dropped;
  emptied.push_back(slots.free);
  for (const char slot : fragment_slots(request, parts.session_cookie.names(), emptied)) {
    auto cookie =
        fragment_deletion(parts.session_cookie.names().fragment(slot), parts.config->environment.cookie_prefix);
    response.headers.add("Set-Cookie", cookie.to_string());
  }
  response.headers.add("Set-Cookie", parts.pending.cookie(slots.free, pending, external, agent).to_string());
  co_return response;
}

}  // namespace router::login
