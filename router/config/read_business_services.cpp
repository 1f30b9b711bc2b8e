#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_destinations.h"
#include "config/read_services.h"

namespace router::config {
namespace {

std::optional<Destination> read_endpoint(const Binding& binding, const std::string& service,
                                         const json& value, const std::string& pointer) {
  const json* url = value.is_object() ? member(value, "url") : &value;
  const std::string place = value.is_object() ? pointer + "/url" : pointer;
  if (url == nullptr) {
    binding.report.error(pointer, {"no url", "the URL of the endpoint"});
    return std::nullopt;
  }
  auto parsed = read_back_end_url(*url, binding.report, place);
  if (!parsed) return std::nullopt;
  Destination destination;
  destination.name = service;
  destination.url = std::move(*parsed);
  destination.forward_auth_token = true;
  destination.is_service = true;
  if (const auto timeout = integer_member(value, "timeout"); timeout && *timeout > 0) {
    destination.timeout = milliseconds(*timeout);
  }
  return destination;
}

// Bindings that no route refers to.
constexpr std::array kOtherKinds = {"xsuaa",        "identity",        "oidc",          "destination",
                                    "connectivity", "html5-apps-repo", "saas-registry", "subscription-manager"};

}  // namespace

std::map<std::string, Destination> read_business_services(
    const std::vector<Binding>& bindings, const std::map<std::string, std::string>& default_endpoints) {
  std::map<std::string, Destination> services;
  for (const Binding& binding : bindings) {
    const auto is = [&](const char* kind) { return binding.is(kind); };
    if (std::any_of(kOtherKinds.begin(), kOtherKinds.end(), is)) continue;
    const json& credentials = *binding.credentials;
    const std::string service = text_member(credentials, "sap.cloud.service").value_or(binding.name);
    const json* endpoints = object_member(credentials, "endpoints");
    if (endpoints == nullptr) {
      // Services of other kinds (data bases, log drains) have URLs of their own kind.
      const auto url = text_member(credentials, "url");
      if (!url || !http::parse_url(*url)) continue;
      if (auto only = read_endpoint(binding, service, *member(credentials, "url"), "/url"))
        services[service] = *only;
      continue;
    }
    const auto wanted = default_endpoints.find(service);
    for (const auto& [name, value] : endpoints->items()) {
      auto endpoint = read_endpoint(binding, service, value, pointer_to("/endpoints", name));
      if (!endpoint) continue;
      const bool is_default =
          wanted == default_endpoints.end() ? endpoints->size() == 1 : wanted->second == name;
      if (is_default) services[service] = *endpoint;
      services[service_key(service, name)] = std::move(*endpoint);
    }
  }
  return services;
}

}  // namespace router::config
