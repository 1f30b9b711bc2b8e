#include "config/read_connectivity.h"

#include <algorithm>

#include "config/json_access.h"
#include "config/read_services.h"

namespace router::config {
namespace {

constexpr std::string_view kTokenPath = "/oauth/token";

std::uint16_t read_port(const Binding& binding) {
  for (const char* key : {"onpremise_proxy_http_port", "onpremise_proxy_port"}) {
    const json* value = member(*binding.credentials, key);
    if (value == nullptr) continue;
    if (const auto port = as_port(*value)) return *port;
    binding.report.error(pointer_to("", key), {show_value(*value), "a port from 1 to 65535"});
    return 0;
  }
  binding.report.error("", {"no onpremise_proxy_http_port", "the port of the proxy"});
  return 0;
}

// token_service_url may be the token endpoint itself; `url` is its elder.
IdentityProvider read_connectivity_client(const Binding& binding) {
  json credentials = *binding.credentials;
  auto url = text_member(credentials, "token_service_url");
  if (!url) url = text_member(credentials, "url");
  if (url) {
    if (url->ends_with(kTokenPath)) url->resize(url->size() - kTokenPath.size());
    credentials["url"] = *url;
  }
  Binding own = binding;
  own.credentials = &credentials;
  return read_uaa_client(own);
}

}  // namespace

std::shared_ptr<const Connectivity> read_connectivity(const std::vector<Binding>& bindings) {
  const auto bound =
      std::find_if(bindings.begin(), bindings.end(), [](const Binding& binding) { return binding.is("connectivity"); });
  if (bound == bindings.end()) return nullptr;
  auto connectivity = std::make_shared<Connectivity>();
  connectivity->proxy_host = text_member(*bound->credentials, "onpremise_proxy_host").value_or("");
  if (!http::parse_host(connectivity->proxy_host)) {
    bound->report.error("", {"no usable onpremise_proxy_host", "the host of the proxy"});
  }
  connectivity->proxy_port = read_port(*bound);
  connectivity->client = read_connectivity_client(*bound);
  return connectivity;
}

void lead_on_premise(const std::shared_ptr<const Connectivity>& connectivity, Configuration& configuration) {
  for (auto& [name, destination] : configuration.destinations) {
    if (destination.is_on_premise) destination.connectivity = connectivity;
  }
  if (configuration.destination_service) configuration.destination_service->connectivity = connectivity;
}

}  // namespace router::config
