#include "demo/identity_provider.h"

#include "demo/sign_in.h"
#include "demo/sign_out.h"
#include "demo/token_endpoint.h"

namespace router::demo {
namespace {

nlohmann::json discovery_document(const std::string& issuer) {
  return {{"issuer", issuer},
          {"authorization_endpoint", issuer + "/authorize"},
          {"token_endpoint", issuer + "/token"},
          {"jwks_uri", issuer + "/keys"},
          {"end_session_endpoint", issuer + "/end-session"},
          {"revocation_endpoint", issuer + "/revoke"},
          {"response_types_supported", {"code"}},
          {"response_modes_supported", {"query"}},
          {"grant_types_supported", {"authorization_code", "refresh_token", "password"}},
          {"subject_types_supported", {"public"}},
          {"scopes_supported", {"openid"}},
          {"id_token_signing_alg_values_supported", {"RS256"}},
          {"token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}},
          {"code_challenge_methods_supported", {"S256"}},
          {"authorization_response_iss_parameter_supported", true},
          {"backchannel_logout_supported", true},
          {"backchannel_logout_session_supported", true}};
}

}  // namespace

IdentityProvider::IdentityProvider(const TokenSigner& signer, Client client) : context_{signer, std::move(client), {}} {
  auto& server = listener_.server();
  server.Get("/\\.well-known/openid-configuration", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(discovery_document(context_.issuer).dump(), "application/json");
  });
  server.Get("/keys", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(context_.signer.jwks(), "application/json");
  });
  add_sign_in(server, context_);
  add_sign_out(server, context_);
  add_token_endpoint(server, context_);
}

bool IdentityProvider::bind(std::uint16_t port) {
  if (!listener_.bind(port)) return false;
  context_.issuer = listener_.origin();
  return true;
}

}  // namespace router::demo
