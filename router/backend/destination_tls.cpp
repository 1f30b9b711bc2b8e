#include "backend/destination_tls.h"

#include "config/certified_provider.h"

namespace router::backend {

const config::IdentityProvider* shown_certificate(const config::Destination& destination,
                                                  const config::Configuration& config) {
  if (config::uses_own_certificate(destination)) return &destination.service_client->client;
  return destination.forward_auth_certificates ? config::certified_provider(config) : nullptr;
}

net::TlsClientOptions destination_tls(const config::Destination& destination, const config::Configuration& config) {
  net::TlsClientOptions options;
  options.verify = destination.strict_ssl && config.environment.reject_unauthorized;
  if (const auto* provider = shown_certificate(destination, config)) {
    options.client_certificate = provider->client_certificate;
    options.client_key = provider->client_key;
  }
  return options;
}

}  // namespace router::backend
