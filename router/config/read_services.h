// Bindings -> identity providers and the endpoints of business services.
//
// Source: docs/contract/descriptor.md "Identity"; docs/contract/logout.md section 1 (services).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/bindings.h"
#include "config/model.h"

namespace router::config {

// ias before xsuaa before oidc: the first is the default.
std::vector<IdentityProvider> read_providers(const std::vector<Binding>& bindings, const Variables& variables);

// What a service's binding says of the service's own client: its object `uaa`. Absent: there is none.
std::optional<Binding> uaa_of(const Binding& binding);
IdentityProvider read_uaa_client(const Binding& uaa);
// Client certificate and key, which a handshake could use; else an error. `certificate`: the member that has it.
void check_key_pair(const Binding& binding, const IdentityProvider& client, std::string_view certificate);

// By service_key(). `default_endpoints`: services.<name>.endpoint of the descriptor.
std::optional<DestinationService> read_destination_service(const std::vector<Binding>& bindings);

std::map<std::string, Destination> read_business_services(const std::vector<Binding>& bindings,
                                                          const std::map<std::string, std::string>& default_endpoints);

}  // namespace router::config
