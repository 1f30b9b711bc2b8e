#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/json_access.h"
#include "config/key_pair.h"
#include "config/read_services.h"
#include "crypto/jws.h"

namespace router::config {
namespace {

constexpr std::string_view kUrlWanted = "an absolute http or https URL without query and fragment";

bool is_provider_url(std::string_view text) {
  const auto url = http::parse_url(text);
  return url && (url->scheme == "http" || url->scheme == "https") && !url->query && !url->fragment;
}

std::string read_url(const Binding& binding, std::string_view key) {
  const json* value = member(*binding.credentials, key);
  if (value == nullptr) {
    binding.report.error("", {"no " + base::json_quote(key), std::string(kUrlWanted)});
    return {};
  }
  const auto text = text_member(*binding.credentials, key);
  if (text && is_provider_url(*text)) return *text;
  binding.report.error(pointer_to("", key), {show_value(*value), std::string(kUrlWanted)});
  return {};
}

std::string first_of(const json& credentials, std::initializer_list<std::string_view> keys) {
  for (std::string_view key : keys) {
    if (auto text = text_member(credentials, key)) return *text;
  }
  return {};
}

// Client id, secret and certificate, which all kinds share.
void read_client(const Binding& binding, IdentityProvider& provider) {
  const json& credentials = *binding.credentials;
  provider.client_id = first_of(credentials, {"clientid", "client_id", "clientId"});
  provider.client_secret = Secret(first_of(credentials, {"clientsecret", "client_secret", "clientSecret"}));
  provider.client_certificate = first_of(credentials, {"certificate"});
  provider.client_key = Secret(first_of(credentials, {"key"}));
  if (provider.client_id.empty()) binding.report.error("", {"no \"clientid\"", "the client id of this application"});
  if (provider.client_certificate.empty() != provider.client_key.empty()) {
    binding.report.error(
        "", {provider.client_key.empty() ? "certificate without key" : "key without certificate", "both or none"});
  }
  check_key_pair(binding, provider, "certificate");
  const bool can_prove = !provider.client_secret.empty() || !provider.client_key.empty();
  if (!can_prove && provider.kind != ProviderKind::oidc) {
    binding.report.error("", {"no \"clientsecret\"", "a clientsecret, or certificate and key"});
  }
}

// As registered at the provider; HS256 means signed with our secret.
void read_signing_algorithm(const Binding& binding, IdentityProvider& provider) {
  constexpr std::string_view kKey = "id_token_signed_response_alg";
  const json* value = member(*binding.credentials, kKey);
  if (value == nullptr) return;
  std::vector<std::string> known = crypto::asymmetric_algorithms();
  if (!provider.client_secret.empty()) known.emplace_back("HS256");
  const auto name = text_member(*binding.credentials, kKey).value_or("");
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    provider.id_token_signed_response_alg = name;
    return;
  }
  binding.report.error(pointer_to("", kKey),
                       {show_value(*value), "one of " + quoted_list(known), nearest_hint(name, known)});
}

IdentityProvider read_provider(const Binding& binding, ProviderKind kind) {
  IdentityProvider provider;
  provider.name = binding.name;
  provider.kind = kind;
  const json& credentials = *binding.credentials;
  if (kind == ProviderKind::oidc) {
    provider.issuer = read_url(binding, "issuer");
    provider.scopes = texts_member(credentials, "scope");
    if (provider.scopes.empty()) provider.scopes = {"openid"};
  } else {
    provider.url = read_url(binding, "url");
    if (kind == ProviderKind::ias) {
      provider.issuer = provider.url;
      provider.scopes = {"openid"};
    }
  }
  read_client(binding, provider);
  if (const auto url = text_member(credentials, "certurl")) {
    if (is_provider_url(*url)) {
      provider.certificate_url = *url;
    } else {
      binding.report.error("/certurl", {show(std::string_view(*url)), std::string(kUrlWanted)});
    }
  }
  provider.xsappname = first_of(credentials, {"xsappname"});
  const auto zone = first_of(credentials, {"identityzone"});
  const auto own_url = http::parse_url(provider.url);
  if (!zone.empty() && own_url && own_url->host.starts_with(zone + ".")) provider.identity_zone = zone;
  read_signing_algorithm(binding, provider);
  return provider;
}

// What the binding's own subdomain stands before; where it stands before nothing, what the binding says.
std::string tenants_domain(const Binding& binding, const IdentityProvider& client) {
  const bool with_certificate = !client.client_certificate.empty() && !client.certificate_url.empty();
  const auto zone = first_of(*binding.credentials, {"identityzone"});
  const auto own_url = http::parse_url(with_certificate ? client.certificate_url : client.url);
  if (!zone.empty() && own_url && own_url->host.starts_with(zone + ".")) return own_url->host.substr(zone.size() + 1);
  if (with_certificate) return {};  // that of certurl is another one
  const auto domain = first_of(*binding.credentials, {"uaadomain", "token_service_domain"});
  return http::parse_host(domain) ? domain : std::string();
}

// UAA_SERVICE_NAME chooses; without it the first one is taken.
std::vector<const Binding*> uaa_bindings(const std::vector<Binding>& bindings, const Variables& variables) {
  std::vector<const Binding*> found;
  const auto name = variables.text("UAA_SERVICE_NAME");
  std::vector<std::string> names;
  for (const Binding& binding : bindings) {
    names.push_back(binding.name);
    if (name ? binding.name == *name : binding.is("xsuaa")) found.push_back(&binding);
  }
  if (name && found.empty()) {
    variables.error("UAA_SERVICE_NAME", show(std::string_view(*name)), "the name of a bound service",
                    nearest_hint(*name, names));
  }
  if (found.size() > 1) {
    found.front()->report.warning("", {std::to_string(found.size()) + " xsuaa services, of which the first is taken",
                                       "one, or its name in UAA_SERVICE_NAME"});
    found.erase(found.begin() + 1, found.end());
  }
  return found;
}

std::optional<IdentityProvider> environment_provider(const Variables& variables) {
  const auto issuer = variables.text("OIDC_ISSUER");
  const auto client = variables.text("OIDC_CLIENT_ID");
  Secret secret;
  variables.read_secret("OIDC_CLIENT_SECRET", secret);
  if (!issuer && !client && secret.empty()) return std::nullopt;
  IdentityProvider provider;
  provider.name = "oidc";
  provider.kind = ProviderKind::oidc;
  provider.scopes = {"openid"};
  if (!issuer) {
    variables.error("OIDC_ISSUER", "no value", "the issuer: OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is set");
  } else if (!is_provider_url(*issuer)) {
    variables.error("OIDC_ISSUER", show(std::string_view(*issuer)), std::string(kUrlWanted));
  } else {
    provider.issuer = *issuer;
  }
  if (!client) variables.error("OIDC_CLIENT_ID", "no value", "the client id of this application: OIDC_ISSUER is set");
  provider.client_id = client.value_or("");
  provider.client_secret = std::move(secret);
  return provider;
}

}  // namespace

void check_key_pair(const Binding& binding, const IdentityProvider& provider, std::string_view certificate) {
  if (provider.client_certificate.empty() || provider.client_key.empty()) return;
  check_key_pair(provider.client_certificate, provider.client_key, binding.report.below(pointer_to("", certificate)),
                 binding.report.below("/key"));
}

std::optional<Binding> uaa_of(const Binding& binding) {
  const json* uaa = object_member(*binding.credentials, "uaa");
  if (uaa == nullptr) return std::nullopt;
  Binding own = binding;
  own.credentials = uaa;
  own.report = binding.report.below("/uaa");
  return own;
}

IdentityProvider read_uaa_client(const Binding& uaa) {
  auto client = read_provider(uaa, ProviderKind::xsuaa);
  client.uaa_domain = tenants_domain(uaa, client);
  return client;
}

std::vector<IdentityProvider> read_providers(const std::vector<Binding>& bindings, const Variables& variables) {
  std::vector<IdentityProvider> providers;
  std::set<std::string> names;
  const auto add = [&](const Binding& binding, ProviderKind kind) {
    providers.push_back(read_provider(binding, kind));
    if (!names.insert(binding.name).second) {
      binding.report.error("", {"the name " + show(std::string_view(binding.name)) + " a second time",
                                "a name of its own for each identity provider"});
    }
  };
  for (const Binding& binding : bindings) {
    if (binding.is("identity")) add(binding, ProviderKind::ias);
  }
  for (const Binding* binding : uaa_bindings(bindings, variables)) add(*binding, ProviderKind::xsuaa);
  auto from_environment = environment_provider(variables);
  if (from_environment) {
    names.insert(from_environment->name);
    providers.push_back(std::move(*from_environment));
  }
  for (const Binding& binding : bindings) {
    if (!binding.is("oidc")) continue;
    // OIDC_* wins over a binding of that name, as variables win over files.
    if (from_environment && binding.name == "oidc") continue;
    add(binding, ProviderKind::oidc);
  }
  return providers;
}

std::optional<DestinationService> read_destination_service(const std::vector<Binding>& bindings) {
  const auto bound =
      std::find_if(bindings.begin(), bindings.end(), [](const Binding& binding) { return binding.is("destination"); });
  if (bound == bindings.end()) return std::nullopt;
  DestinationService service;
  service.uri = read_url(*bound, "uri");
  service.client = read_uaa_client(*bound);
  return service;
}

}  // namespace router::config
