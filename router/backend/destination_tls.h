// How a destination is met in the TLS handshake: strictSSL, forwardAuthCertificates.
#pragma once

#include "config/model.h"
#include "net/backend_origin.h"

namespace router::backend {

net::TlsClientOptions destination_tls(const config::Destination& destination, const config::Configuration& config);

}  // namespace router::backend
