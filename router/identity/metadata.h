// A provider's endpoints: read from its discovery document, or fixed below an xsuaa url.
//
// Pure. Errors: protocol. Source: OpenID Connect Discovery 1.0 sections 3 and 4.3, RFC 8414, RFC 8705
// section 5, OpenID Shared Signals Framework 1.0 section 7.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/model.h"
#include "identity/provider.h"

namespace router::identity {

// What the binding says; compared with the document byte for byte.
std::string configured_issuer(const config::IdentityProvider& provider);
// <issuer>/.well-known/openid-configuration
std::string discovery_url(const std::string& issuer);

// Refuses a document whose issuer differs, whose endpoints are not http(s) URLs, or not https below an https
// issuer. With `with_certificate` the endpoints for mutual TLS are taken, where there are any.
base::Result<Metadata> read_metadata(std::string_view document, const std::string& issuer, bool with_certificate);

// <host>/.well-known/ssf-configuration<path>
std::string transmitter_url(const std::string& issuer);
// Of somebody who only signs: his issuer and where his keys are, and of a transmitter where its streams are.
base::Result<Metadata> read_issuer_metadata(std::string_view document, const std::string& issuer);

// Of an authorization server that only gives tokens to clients.
base::Result<Metadata> read_token_server(std::string_view document, const std::string& issuer);

Metadata xsuaa_metadata(const config::IdentityProvider& provider);

// The same for another tenant of an xsuaa: `tenant`, one DNS label, stands where the binding's own subdomain
// was, or before the domain of a service's client. Unchanged without a tenant, for other kinds, and for a binding that
// has neither.
std::shared_ptr<const Metadata> at_tenant(const config::IdentityProvider& provider,
                                          std::shared_ptr<const Metadata> metadata, std::string_view tenant);
// One URL of it.
std::string url_at_tenant(const config::IdentityProvider& provider, const std::string& url, std::string_view tenant);

}  // namespace router::identity
