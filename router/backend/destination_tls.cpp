#include "backend/destination_tls.h"

#include "config/certified_provider.h"

namespace router::backend {

net::TlsClientOptions destination_tls(const config::Destination& destination, const config::Configuration& config) {
  net::TlsClientOptions options;
  options.verify = destination.strict_ssl && config.environment.reject_unauthorized;
  const config::IdentityProvider* provider = nullptr;
  if (config::uses_own_certificate(destination)) {
    provider = &destination.service_client->client;
  } else if (destination.forward_auth_certificates) {
    provider = config::certified_provider(config);
  }
  if (provider != nullptr) {
    options.client_certificate = provider->client_certificate;
    options.client_key = provider->client_key;
  }
  return options;
}

}  // namespace router::backend
