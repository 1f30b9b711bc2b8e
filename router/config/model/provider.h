// The identity providers and services that are bound. Part of config/model.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace router::config {

using base::Secret;

// One identity provider as bound. Which protocol it speaks decides the endpoints (identity/provider).
enum class ProviderKind { xsuaa, ias, oidc };

struct IdentityProvider {
  std::string name;  // binding name; what `identityProvider` of a route refers to
  ProviderKind kind = ProviderKind::oidc;
  std::string url;     // xsuaa, ias
  std::string issuer;  // oidc; ias: its url
  std::string client_id;
  Secret client_secret;
  std::string client_certificate;  // PEM, for mTLS
  Secret client_key;               // PEM
  std::string certificate_url;     // xsuaa certurl
  std::string xsappname;
  std::string identity_zone;  // xsuaa: the subdomain of its own tenant, the first label of its url
  // Of a service's client: tenants have their token endpoints at subdomains of it; empty: they have none that is known.
  std::string uaa_domain;
  std::vector<std::string> scopes;  // oidc; default openid
  // as registered at the provider, e.g. ES256 or HS256; empty = any asymmetric one that the provider
  // announces
  std::string id_token_signed_response_alg;
  base::milliseconds token_timeout{7'000};  // of a call of its token endpoint; the longest there is

  friend bool operator==(const IdentityProvider&, const IdentityProvider&) = default;
};

// The bound destination service.
struct DestinationService {
  std::string uri;
  base::milliseconds timeout{30'000};  // of outgoingRequestOptions
  IdentityProvider client;             // how its tokens are fetched; of kind xsuaa

  std::shared_ptr<const struct Connectivity> connectivity;  // for what is OnPremise; null: none is bound

  friend bool operator==(const DestinationService&, const DestinationService&);
};

// Whose own destinations come first on a tenant's hosts; empty: nobody's, the provider's count.
inline std::string subscriber_of(const DestinationService& binding, const std::string& tenant) {
  const bool is_own = tenant == binding.client.identity_zone || binding.client.uaa_domain.empty();
  return is_own ? std::string() : tenant;
}

// How a bound service knows who calls: by a token of the user, or of the router, from an authorization server; or by the
// certificate that its binding has.
enum class ServiceGrant { user_token, client_credentials, mtls };

struct ServiceClient {
  std::string service;
  IdentityProvider client;  // of mtls: certificate and key alone
  ServiceGrant grant = ServiceGrant::user_token;
  std::string zone;     // subdomain of the subaccount that it is bound in
  std::string zone_id;  // of that subaccount

  friend bool operator==(const ServiceClient&, const ServiceClient&) = default;
};

}  // namespace router::config
