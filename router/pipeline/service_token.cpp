#include "pipeline/service_token.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace router::pipeline {

namespace {

// Whoever calls a service can bring its 401 about.
constexpr int kNoneAnew = 0;

}  // namespace

login::ServiceOf token_service(const RequestState& state) {
  const auto* to = state.route().service();
  if (to == nullptr) return nullptr;
  const auto& services = state.config().services;
  const auto service = services.find(to->key());
  const auto client = service == services.end() ? nullptr : service->second.service_client;
  if (!client || client->grant == config::ServiceGrant::mtls) return nullptr;
  return client->grant == config::ServiceGrant::client_credentials || state.needs_login() ? client : nullptr;
}

void tell_token_certificate(const config::IdentityProvider& client, Told& route) {
  if (!client.client_certificate.empty()) route["tokenCertificate"] = "shown to the authorization server";
}

base::Task<void> give_up_refused_token(Context& context) {
  if (context.user.token.empty()) co_return;
  const auto service = token_service(context);
  if (!service) co_return;
  if (service->grant == config::ServiceGrant::client_credentials) {
    auto& tokens = *context.graph.parts.client_tokens;
    tokens.drop(service->client, context.external.tenant, context.user.token, kNoneAnew);
    co_return;
  }
  auto dropping = context.graph.login->drop_service_token(context.user.session, context.user.token);
  co_await dropping;
}

}  // namespace router::pipeline
