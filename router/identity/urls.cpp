#include "identity/urls.h"

#include <algorithm>

#include "base/text.h"
#include "http/query.h"
#include "identity/metadata.h"

namespace router::identity {

namespace {

void add(std::string& query, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!query.empty()) query += '&';
  query += http::query_pair(name, value);
}

// As the Node router does since 21.0: the origin key for xsuaa, or a chain of them; the name of the corporate identity
// provider for ias.
void add_identity_provider(std::string& query, config::ProviderKind kind, const std::string& name) {
  if (kind != config::ProviderKind::oidc) add(query, "idp", name);
}

}  // namespace

std::string requested_scope(const config::IdentityProvider& provider) {
  std::vector<std::string> scopes = provider.scopes;
  if (provider.kind != config::ProviderKind::xsuaa &&
      std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) {
    scopes.insert(scopes.begin(), "openid");
  }
  std::string text;
  for (const auto& scope : scopes) text += (text.empty() ? "" : " ") + scope;
  return text;
}

std::string authorization_url(const config::IdentityProvider& provider, const Metadata& metadata,
                              const AuthorizationRequest& request) {
  std::string query;
  add(query, "response_type", "code");
  add(query, "client_id", provider.client_id);
  add(query, "redirect_uri", request.redirect_uri);
  add(query, "scope", requested_scope(provider));
  add(query, "state", request.state);
  add(query, "nonce", request.nonce);
  if (!request.code_challenge.empty()) {
    add(query, "code_challenge", request.code_challenge);
    add(query, "code_challenge_method", "S256");
  }
  add(query, "prompt", request.prompt);
  // the wish alone may be passed over in silence; with this the token has to say when the user proved who he is
  if (request.prompt == "login") add(query, "max_age", "0");
  add_identity_provider(query, provider.kind, request.identity_provider);
  return http::append_query(url_at_tenant(provider, metadata.authorization_endpoint, request.tenant), query);
}

std::optional<LogoutRequest> logout_request(const config::IdentityProvider& provider, const Metadata& metadata,
                                            const LogoutRedirect& redirect) {
  if (metadata.end_session_endpoint.empty()) return std::nullopt;
  LogoutRequest request{url_at_tenant(provider, metadata.end_session_endpoint, redirect.tenant), {}};
  const auto put = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) request.parameters.emplace_back(name, value);
  };
  if (provider.kind == config::ProviderKind::xsuaa) {
    put("redirect", redirect.post_logout_redirect_uri);
    put("client_id", provider.client_id);
    return request;
  }
  put("id_token_hint", redirect.id_token_hint.reveal());
  put("logout_hint", redirect.logout_hint);
  put("client_id", provider.client_id);
  put("post_logout_redirect_uri", redirect.post_logout_redirect_uri);
  put("state", redirect.state);
  return request;
}

std::string LogoutRequest::as_url() const {
  std::string query;
  for (const auto& [name, value] : parameters) add(query, name, value);
  return http::append_query(url, query);
}

}  // namespace router::identity
