// An identity provider that answers from a script and counts what it is asked.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "http/query.h"
#include "identity/provider.h"

namespace router::test {

class ScriptedProvider final : public identity::Provider {
 public:
  explicit ScriptedProvider(std::string name = "idp", config::ProviderKind kind = config::ProviderKind::oidc) {
    config_.name = std::move(name);
    config_.kind = kind;
    auto metadata = std::make_shared<identity::Metadata>();
    metadata->issuer = "https://idp.example";
    metadata->authorization_endpoint = "https://idp.example/authorize";
    metadata->revocation_endpoint = "https://idp.example/revoke";
    known = std::move(metadata);
    login.claims.issuer = "https://idp.example";
    login.claims.subject = "alice-sub";
    login.claims.user_name = "alice";
    login.claims.json = R"({"sub":"alice-sub"})";
    login.tokens.access_token = base::Secret("at-1");
    login.tokens.refresh_token = base::Secret("rt-1");
    login.tokens.id_token = base::Secret("id-1");
  }

  std::shared_ptr<const identity::Metadata> known;
  std::optional<base::Error> metadata_error;
  std::optional<base::Error> iss_error;
  base::Result<identity::Login> login_result() const { return error ? base::Result<identity::Login>(*error) : login; }
  identity::Login login;
  std::optional<base::Error> error;     // instead of `login`
  base::Event* gate = nullptr;          // answers wait for it
  std::function<void()> before_answer;  // what happens meanwhile
  std::vector<identity::CodeGrant> exchanges;
  std::vector<std::string> refreshes;
  std::vector<std::string> passwords;  // user:password
  std::vector<std::string> revoked;
  std::vector<std::string> password_tenants;
  std::vector<std::string> bearers;  // access tokens that were to be verified

  const config::IdentityProvider& config() const override { return config_; }
  base::Task<base::Result<std::shared_ptr<const identity::Metadata>>> metadata() override {
    if (metadata_error) co_return *metadata_error;
    co_return known;
  }
  std::shared_ptr<const identity::Metadata> known_metadata() const override { return metadata_error ? nullptr : known; }
  std::string authorization_url(const identity::Metadata& metadata,
                                const identity::AuthorizationRequest& request) const override {
    std::string url = metadata.authorization_endpoint;
    const std::pair<const char*, const std::string&> parameters[] = {{"state", request.state},
                                                                     {"nonce", request.nonce},
                                                                     {"code_challenge", request.code_challenge},
                                                                     {"redirect_uri", request.redirect_uri},
                                                                     {"prompt", request.prompt},
                                                                     {"idp", request.identity_provider},
                                                                     {"tenant", request.tenant}};
    for (const auto& [name, value] : parameters) {
      if (!value.empty()) url = http::append_query(url, http::query_pair(name, value));
    }
    return url;
  }
  base::Result<void> check_callback_issuer(const identity::Metadata&,
                                           const std::optional<std::string>&) const override {
    return iss_error ? base::Result<void>(*iss_error) : base::Result<void>();
  }
  base::Task<base::Result<identity::Login>> exchange_code(identity::CodeGrant grant) override {
    exchanges.push_back(std::move(grant));
    if (gate != nullptr) co_await gate->wait();
    if (before_answer) before_answer();
    co_return login_result();
  }
  base::Task<base::Result<identity::Login>> refresh(identity::RefreshGrant grant) override {
    refreshes.emplace_back(grant.refresh_token.reveal());
    if (gate != nullptr) co_await gate->wait();
    if (before_answer) before_answer();
    co_return login_result();
  }
  base::Task<base::Result<identity::Login>> password_grant(identity::PasswordGrant grant) override {
    password_tenants.push_back(grant.tenant);
    passwords.push_back(grant.user + ":" + std::string(grant.password.reveal()));
    if (gate != nullptr) co_await gate->wait();
    if (before_answer) before_answer();
    co_return login_result();
  }
  base::Task<base::Result<void>> revoke(base::Secret token, std::string) override {
    revoked.emplace_back(token.reveal());
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> end_session(base::Secret) override { co_return base::Result<void>(); }
  base::Task<base::Result<identity::Claims>> verify_access_token(std::string token) override {
    if (error) co_return *error;
    bearers.push_back(std::move(token));
    co_return login.claims;
  }
  base::Task<base::Result<identity::Claims>> verify_id_token_hint(std::string) override { co_return login.claims; }
  base::Task<base::Result<identity::LogoutToken>> verify_logout_token(std::string) override {
    co_return identity::LogoutToken{};
  }
  base::Task<bool> is_reachable() override { co_return true; }

 private:
  config::IdentityProvider config_;
};

}  // namespace router::test
