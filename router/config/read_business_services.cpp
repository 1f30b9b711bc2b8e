#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_destinations.h"
#include "config/read_environment.h"
#include "config/read_services.h"

namespace router::config {
namespace {

// What all endpoints of a service have in common.
struct Service {
  std::string name;
  std::shared_ptr<const ServiceClient> client;  // null: called with the user's own token
  std::vector<Header> headers;
};

bool has_client(const json& credentials) {
  return text_member(credentials, "clientid") && text_member(credentials, "url");
}

// Of the object `uaa`, or flat: then `url` is the authorization server's.
bool is_flat(const json& credentials) {
  return object_member(credentials, "uaa") == nullptr && has_client(credentials);
}

ServiceGrant read_grant(const Binding& binding) {
  const auto grant = text_member(*binding.credentials, "grant_type").value_or("user_token");
  if (grant == "client_credentials") return ServiceGrant::client_credentials;
  if (grant == "mtls") return ServiceGrant::mtls;
  if (grant != "user_token") {
    binding.report.error("/grant_type", {show(std::string_view(grant)), "user_token, client_credentials or mtls",
                                         nearest_hint(grant, {"user_token", "client_credentials", "mtls"})});
  }
  return ServiceGrant::user_token;
}

void read_certificate(const Binding& binding, IdentityProvider& client) {
  client.client_certificate = text_member(*binding.credentials, "cert").value_or("");
  client.client_key = Secret(text_member(*binding.credentials, "key").value_or(""));
  if (client.client_certificate.empty() || client.client_key.empty()) {
    return binding.report.error("", {"grant_type mtls without cert and key", "PEM certificate and key of the service"});
  }
  check_key_pair(binding, client, "cert");
}

// Tokens come from the authorization server that the binding itself names.
std::shared_ptr<const ServiceClient> read_client(const Binding& binding, const std::string& service) {
  const Binding of_client = uaa_of(binding).value_or(binding);
  // without a client its grant_type is nobody's here
  if (!has_client(*of_client.credentials) && text_member(*binding.credentials, "grant_type") != "mtls") return nullptr;
  ServiceClient client;
  client.service = service;
  client.grant = read_grant(binding);
  const auto zone_member = [&](const char* name) {
    const auto own = text_member(*binding.credentials, name);
    return own ? *own : text_member(*of_client.credentials, name).value_or("");
  };
  client.zone = zone_member("identityzone");
  client.zone_id = zone_member("identityzoneid");
  if (client.grant == ServiceGrant::mtls) {
    read_certificate(binding, client.client);
  } else {
    client.client = read_uaa_client(of_client);
  }
  return std::make_shared<const ServiceClient>(std::move(client));
}

// "URL.headers.<name>": "<value>"
std::vector<Header> read_url_headers(const json& credentials) {
  constexpr std::string_view kPrefix = "URL.headers.";
  std::vector<Header> headers;
  for (const auto& [key, value] : credentials.items()) {
    if (!key.starts_with(kPrefix) || !value.is_string()) continue;
    Header header{key.substr(kPrefix.size()), value.get<std::string>()};
    if (!header_fault(header.name, header.value)) headers.push_back(std::move(header));
  }
  return headers;
}

void warn_unbuilt(const Binding& binding) {
  for (const char* key : {"forwardiastoken", "forwardiasauthentication", "IASDependencyName"}) {
    const json* value = member(*binding.credentials, key);
    if (value == nullptr || *value == false) continue;
    binding.report.warning(pointer_to("", key), {std::string(key) + ", which is not built yet", "nothing of it for now",
                                                 "the service gets its xsuaa token alone", true});
  }
}

std::optional<Destination> read_endpoint(const Binding& binding, const Service& service, const json& value,
                                         const std::string& pointer) {
  const json* url = value.is_object() ? member(value, "url") : &value;
  const std::string place = value.is_object() ? pointer + "/url" : pointer;
  if (url == nullptr) {
    binding.report.error(pointer, {"no url", "the URL of the endpoint"});
    return std::nullopt;
  }
  auto parsed = read_back_end_url(*url, binding.report, place);
  if (!parsed) return std::nullopt;
  Destination destination;
  destination.name = service.name;
  destination.service_client = service.client;
  destination.headers = service.headers;
  destination.url = std::move(*parsed);
  destination.forward_auth_token = true;
  destination.is_service = true;
  destination.closed_fields = {"tenantid"};
  if (uses_own_certificate(destination)) {
    destination.closed_fields = {"tenantid", "x-tenant-id", "authorization"};
    if (!destination.url.secure()) {
      binding.report.error(place,
                           {"grant_type mtls without TLS", "a URL with https, which the certificate is shown to"});
    }
  }
  if (const auto timeout = integer_member(value, "timeout"); timeout && *timeout > 0) {
    destination.timeout = milliseconds(*timeout);
  }
  return destination;
}

// Bindings that no route refers to.
constexpr std::array kOtherKinds = {"xsuaa",        "identity",        "oidc",          "destination",
                                    "connectivity", "html5-apps-repo", "saas-registry", "subscription-manager"};

// The service's own URL, for routes without endpoint: its key and value.
std::optional<std::pair<std::string_view, std::string>> own_url(const json& credentials) {
  const bool has_own_uri = is_flat(credentials) && text_member(credentials, "uri");
  for (std::string_view key : {"url", "uri"}) {
    if (has_own_uri && key == "url") continue;
    if (auto text = text_member(credentials, key)) return std::pair{key, *std::move(text)};
  }
  return std::nullopt;
}

// Services of other kinds (data bases, log drains) have URLs of their own kind.
bool has_urls(const json& credentials) {
  const auto url = own_url(credentials);
  return object_member(credentials, "endpoints") != nullptr || (url && http::parse_url(url->second));
}

// By service_key().
std::map<std::string, Destination> read_endpoints(const Binding& binding, const Service& service,
                                                  const std::map<std::string, std::string>& default_endpoints) {
  std::map<std::string, Destination> found;
  const json& credentials = *binding.credentials;
  if (const auto url = own_url(credentials); url && http::parse_url(url->second)) {
    const std::string key(url->first);
    if (auto only = read_endpoint(binding, service, *member(credentials, key), pointer_to("", key))) {
      only->service_key = service.name;
      found[service.name] = *std::move(only);
    }
  }
  const json* endpoints = object_member(credentials, "endpoints");
  if (endpoints == nullptr) return found;
  const auto wanted = default_endpoints.find(service.name);
  for (const auto& [name, value] : endpoints->items()) {
    auto endpoint = read_endpoint(binding, service, value, pointer_to("/endpoints", name));
    if (!endpoint) continue;
    endpoint->service_key = service_key(service.name, name);
    const bool is_default =
        wanted == default_endpoints.end() ? endpoints->size() == 1 && found.empty() : wanted->second == name;
    if (is_default) found[service.name] = *endpoint;
    found[endpoint->service_key] = *endpoint;
  }
  return found;
}

}  // namespace

std::map<std::string, Destination> read_business_services(const std::vector<Binding>& bindings,
                                                          const std::map<std::string, std::string>& default_endpoints) {
  std::map<std::string, Destination> services;
  for (const Binding& binding : bindings) {
    const auto is = [&](const char* kind) { return binding.is(kind); };
    if (std::any_of(kOtherKinds.begin(), kOtherKinds.end(), is)) continue;
    const json& credentials = *binding.credentials;
    if (!has_urls(credentials)) continue;
    Service service{text_member(credentials, "sap.cloud.service").value_or(binding.name), nullptr,
                    read_url_headers(credentials)};
    service.client = read_client(binding, service.name);
    warn_unbuilt(binding);
    auto found = read_endpoints(binding, service, default_endpoints);
    const auto alias = text_member(credentials, "sap.cloud.service.alias");
    for (auto& [key, endpoint] : found) {
      if (alias) services[*alias + key.substr(service.name.size())] = endpoint;
      services[key] = std::move(endpoint);
    }
  }
  return services;
}

}  // namespace router::config
