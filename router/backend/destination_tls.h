// How a destination is met in the TLS handshake: strictSSL, forwardAuthCertificates, the certificate of
// a service that has one of its own.
#pragma once

#include "config/model.h"
#include "net/backend_origin.h"

namespace router::backend {

// Whose certificate it is shown; null: nobody's.
const config::IdentityProvider* shown_certificate(const config::Destination& destination,
                                                  const config::Configuration& config);
net::TlsClientOptions destination_tls(const config::Destination& destination, const config::Configuration& config);

}  // namespace router::backend
