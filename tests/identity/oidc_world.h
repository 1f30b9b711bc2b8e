// A provider of kind oidc in a world where the token endpoint answers what a test says.
#pragma once

#include "identity/oidc_provider.h"
#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::test {

struct OidcWorld : ProviderWorld {
  identity::OidcProvider provider{oidc_binding(), parts};

  nlohmann::json id_claims(const nlohmann::json& patch = nlohmann::json::object()) const {
    nlohmann::json claims{{"iss", kIssuer},     {"aud", "router"},    {"sub", "alice"}, {"iat", now()},
                          {"exp", now() + 300}, {"nonce", "nonce-1"}, {"sid", "sid-1"}, {"scope", "not from here"}};
    claims.merge_patch(patch);
    return claims;
  }
  void answer_with(const std::string& id_token, const nlohmann::json& patch = nlohmann::json::object()) {
    nlohmann::json answer{{"access_token", "opaque"},
                          {"token_type", "Bearer"},
                          {"expires_in", 600},
                          {"refresh_token", "rt-2"},
                          {"scope", "openid app.read"}};
    if (!id_token.empty()) answer["id_token"] = id_token;
    answer.merge_patch(patch);
    stub.token_answer = answer.dump();
  }
  std::string sign(const nlohmann::json& patch = nlohmann::json::object(),
                   const nlohmann::json& header = nlohmann::json::object()) const {
    return TokenSigner::shared_rsa().sign(id_claims(patch), header);
  }
  base::Result<identity::Login> exchange() {
    return run_task(provider.exchange_code({"code", "verifier", "https://app/cb", "nonce-1", {}}));
  }
  base::Result<identity::Login> refresh() { return run_task(provider.refresh({base::Secret("rt-1"), "alice", {}})); }
  base::ErrorCode exchange_error() {
    const auto login = exchange();
    return login ? base::ErrorCode::internal : login.error().code;
  }
};

}  // namespace router::test
