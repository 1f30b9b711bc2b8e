#include "backend/destination_tls.h"

#include "config/certified_provider.h"

namespace router::backend {

net::TlsClientOptions destination_tls(const config::Destination& destination, const config::Configuration& config) {
  net::TlsClientOptions options;
  options.verify = destination.strict_ssl && config.environment.reject_unauthorized;
  const auto* const provider = destination.forward_auth_certificates ? config::certified_provider(config) : nullptr;
  if (provider != nullptr) {
    options.client_certificate = provider->client_certificate;
    options.client_key = provider->client_key;
  }
  return options;
}

}  // namespace router::backend
