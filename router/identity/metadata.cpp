#include "identity/metadata.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/jose_json.h"
#include "http/url.h"
#include "identity/faults.h"

namespace router::identity {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxListed = 64;
constexpr std::size_t kMaxShown = 256;  // of a hostile value in an error

std::string text_of(const json& document, const char* name) {
  const auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> list_of(const json& document, const char* name) {
  std::vector<std::string> list;
  const auto found = document.find(name);
  if (found == document.end() || !found->is_array()) return list;
  for (const json& entry : *found) {
    if (entry.is_string() && list.size() < kMaxListed) list.push_back(entry.get<std::string>());
  }
  return list;
}

bool lists(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

base::Result<void> check_endpoint(const char* name, const std::string& text, bool required, bool secure) {
  if (text.empty())
    return required ? base::Result<void>(bad_answer(std::string("metadata: no ") + name)) : base::Result<void>();
  const auto url = http::parse_url(text);
  const bool is_web = url && (url->scheme == "https" || url->scheme == "http") && !url->fragment;
  if (!is_web) return bad_answer(std::string("metadata: ") + name + " is no http(s) URL: " + text.substr(0, kMaxShown));
  if (secure && !url->secure())
    return bad_answer(std::string("metadata: ") + name + " is not https: " + text.substr(0, kMaxShown));
  return {};
}

struct EndpointRow {
  const char* name;
  const std::string& url;
  bool required;
};

base::Result<void> check_rows(const std::string& issuer, std::initializer_list<EndpointRow> rows) {
  const auto url = http::parse_url(issuer);
  const bool secure = !url || url->secure();
  for (const EndpointRow& row : rows) {
    if (auto good = check_endpoint(row.name, row.url, row.required, secure); !good) return good;
  }
  return {};
}

base::Result<void> check_endpoints(const Metadata& metadata) {
  return check_rows(metadata.issuer, {{"authorization_endpoint", metadata.authorization_endpoint, true},
                                      {"token_endpoint", metadata.token_endpoint, true},
                                      {"jwks_uri", metadata.jwks_uri, true},
                                      {"end_session_endpoint", metadata.end_session_endpoint, false},
                                      {"revocation_endpoint", metadata.revocation_endpoint, false}});
}

bool wants_secret_in_body(const json& document) {
  const auto methods = list_of(document, "token_endpoint_auth_methods_supported");
  return lists(methods, "client_secret_post") && !lists(methods, "client_secret_basic");
}

void take_certificate_endpoints(const json& document, Metadata& metadata) {
  const auto aliases = document.find("mtls_endpoint_aliases");
  if (aliases == document.end() || !aliases->is_object()) return;
  if (auto url = text_of(*aliases, "token_endpoint"); !url.empty()) metadata.token_endpoint = url;
  if (auto url = text_of(*aliases, "revocation_endpoint"); !url.empty()) metadata.revocation_endpoint = url;
}

std::string without_slash(std::string url) {
  if (url.ends_with('/')) url.pop_back();
  return url;
}

base::Result<json> parse_metadata(std::string_view document, const std::string& issuer) {
  auto source = crypto::parse_json_object(document);
  if (!source) return bad_answer("metadata: not a JSON object");
  const std::string claimed = text_of(*source, "issuer");
  if (claimed == issuer) return *std::move(source);
  return bad_answer("metadata: issuer is \"" + claimed.substr(0, kMaxShown) + "\", configured is \"" + issuer + "\"");
}

}  // namespace

std::string configured_issuer(const config::IdentityProvider& provider) {
  return provider.issuer.empty() ? provider.url : provider.issuer;
}

std::string discovery_url(const std::string& issuer) {
  return without_slash(issuer) + "/.well-known/openid-configuration";
}

std::string transmitter_url(const std::string& issuer) {
  auto url = http::parse_url(issuer);
  if (!url) return issuer;
  url->path = "/.well-known/ssf-configuration" + without_slash(url->path);
  return url->to_string();
}

base::Result<Metadata> read_issuer_metadata(std::string_view document, const std::string& issuer) {
  const auto source = parse_metadata(document, issuer);
  if (!source) return source.error();
  Metadata metadata;
  metadata.issuer = issuer;
  metadata.jwks_uri = text_of(*source, "jwks_uri");
  metadata.stream_endpoint = text_of(*source, "configuration_endpoint");
  metadata.stream_status_endpoint = text_of(*source, "status_endpoint");
  metadata.verification_endpoint = text_of(*source, "verification_endpoint");
  if (auto good = check_rows(issuer, {{"jwks_uri", metadata.jwks_uri, true},
                                      {"configuration_endpoint", metadata.stream_endpoint, false},
                                      {"status_endpoint", metadata.stream_status_endpoint, false},
                                      {"verification_endpoint", metadata.verification_endpoint, false}});
      !good)
    return good.error();
  return metadata;
}

base::Result<Metadata> read_token_server(std::string_view document, const std::string& issuer) {
  const auto source = parse_metadata(document, issuer);
  if (!source) return source.error();
  Metadata metadata;
  metadata.issuer = issuer;
  metadata.token_endpoint = text_of(*source, "token_endpoint");
  metadata.secret_in_body = wants_secret_in_body(*source);
  if (auto good = check_rows(issuer, {{"token_endpoint", metadata.token_endpoint, true}}); !good) return good.error();
  return metadata;
}

base::Result<Metadata> read_metadata(std::string_view document, const std::string& issuer, bool with_certificate) {
  const auto parsed = parse_metadata(document, issuer);
  if (!parsed) return parsed.error();
  const json& source = *parsed;
  Metadata metadata;
  metadata.issuer = issuer;
  metadata.authorization_endpoint = text_of(source, "authorization_endpoint");
  metadata.token_endpoint = text_of(source, "token_endpoint");
  metadata.jwks_uri = text_of(source, "jwks_uri");
  metadata.end_session_endpoint = text_of(source, "end_session_endpoint");
  metadata.revocation_endpoint = text_of(source, "revocation_endpoint");
  if (with_certificate) take_certificate_endpoints(source, metadata);
  const auto announces = source.find("authorization_response_iss_parameter_supported");
  metadata.announces_iss = announces != source.end() && announces->is_boolean() && announces->get<bool>();
  metadata.secret_in_body = wants_secret_in_body(source);
  metadata.signing_algs = list_of(source, "id_token_signing_alg_values_supported");
  if (auto good = check_endpoints(metadata); !good) return good.error();
  return metadata;
}

Metadata xsuaa_metadata(const config::IdentityProvider& provider) {
  const std::string url = without_slash(provider.url);
  const bool with_certificate = !provider.client_certificate.empty() && !provider.certificate_url.empty();
  Metadata metadata;
  metadata.issuer = url;
  metadata.authorization_endpoint = url + "/oauth/authorize";
  metadata.token_endpoint = (with_certificate ? without_slash(provider.certificate_url) : url) + "/oauth/token";
  metadata.jwks_uri = url + "/token_keys";
  metadata.end_session_endpoint = url + "/logout.do";
  return metadata;
}

std::string url_at_tenant(const config::IdentityProvider& provider, const std::string& url, std::string_view tenant) {
  if (tenant.empty() || provider.kind != config::ProviderKind::xsuaa) return url;
  auto parsed = http::parse_url(url);
  if (!parsed) return url;
  if (!provider.uaa_domain.empty()) {
    parsed->host.assign(tenant).append(1, '.').append(provider.uaa_domain);
    return parsed->to_string();
  }
  const std::string own = provider.identity_zone + ".";
  if (provider.identity_zone.empty() || !parsed->host.starts_with(own)) return url;
  parsed->host.replace(0, provider.identity_zone.size(), tenant);
  return parsed->to_string();
}

std::shared_ptr<const Metadata> at_tenant(const config::IdentityProvider& provider,
                                          std::shared_ptr<const Metadata> metadata, std::string_view tenant) {
  if (tenant.empty() || provider.kind != config::ProviderKind::xsuaa) return metadata;
  auto moved = std::make_shared<Metadata>(*metadata);
  moved->authorization_endpoint = url_at_tenant(provider, moved->authorization_endpoint, tenant);
  moved->token_endpoint = url_at_tenant(provider, moved->token_endpoint, tenant);
  moved->end_session_endpoint = url_at_tenant(provider, moved->end_session_endpoint, tenant);
  return moved;
}

}  // namespace router::identity
