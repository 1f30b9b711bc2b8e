// An identity provider that says what a test tells it to say.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/event.h"
#include "identity/provider.h"

namespace router::test {

class FakeProvider final : public identity::Provider {
 public:
  explicit FakeProvider(config::IdentityProvider config) : config_(std::move(config)) {
    auto made = std::make_shared<identity::Metadata>();
    made->issuer = config_.kind == config::ProviderKind::xsuaa ? config_.url + "/oauth/token" : config_.issuer;
    const bool xsuaa = config_.kind == config::ProviderKind::xsuaa;
    made->end_session_endpoint = xsuaa ? config_.url + "/logout.do" : config_.issuer + "/logout";
    made->authorization_endpoint = (xsuaa ? config_.url : config_.issuer) + "/authorize";
    known = made;
  }

  const config::IdentityProvider& config() const override { return config_; }
  base::Task<base::Result<std::shared_ptr<const identity::Metadata>>> metadata() override {
    if (known) co_return known;
    co_return away();
  }
  std::shared_ptr<const identity::Metadata> known_metadata() const override { return known; }
  std::string authorization_url(const identity::Metadata&, const identity::AuthorizationRequest&) const override {
    return "";
  }
  base::Result<void> check_callback_issuer(const identity::Metadata&,
                                           const std::optional<std::string>&) const override {
    return base::Result<void>();
  }
  base::Task<base::Result<identity::Login>> exchange_code(identity::CodeGrant) override { co_return away(); }
  base::Task<base::Result<identity::Login>> refresh(identity::RefreshGrant) override { co_return away(); }
  base::Task<base::Result<identity::Login>> password_grant(identity::PasswordGrant) override { co_return away(); }
  base::Task<base::Result<void>> revoke(base::Secret token, std::string hint) override {
    ++revocations_begun;
    if (away_for_revocation) co_return away();
    if (revocation_waits_for != nullptr) co_await revocation_waits_for->wait();
    if (failing_revocations > 0) {
      --failing_revocations;
      co_return away();
    }
    revoked.push_back(hint + " " + std::string(token.reveal()));
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> end_session(base::Secret id_token) override {
    ended.push_back(std::string(id_token.reveal()));
    if (end_session_fails-- > 0)
      co_return base::Error{base::ErrorCode::timeout, base::Side::identity_provider, "no answer", true};
    co_return base::Result<void>();
  }
  base::Task<base::Result<identity::Claims>> verify_access_token(std::string) override { co_return away(); }
  base::Task<base::Result<identity::Claims>> verify_id_token_hint(std::string token) override {
    if (away_for_hints) co_return away();
    const auto found = id_token_hints.find(token);
    if (found == id_token_hints.end()) {
      co_return base::Error{base::ErrorCode::unauthenticated, base::Side::identity_provider, "bad signature"};
    }
    co_return found->second;
  }
  base::Task<base::Result<identity::LogoutToken>> verify_logout_token(std::string token) override {
    const auto found = logout_tokens.find(token);
    if (found == logout_tokens.end()) {
      co_return base::Error{base::ErrorCode::unauthenticated, base::Side::identity_provider, "bad signature"};
    }
    co_return found->second;
  }
  base::Task<bool> is_reachable() override { co_return reachable; }

  std::shared_ptr<const identity::Metadata> known;
  bool reachable = true;
  std::map<std::string, identity::LogoutToken> logout_tokens;  // text -> what verification finds
  std::map<std::string, identity::Claims> id_token_hints;      // likewise
  bool away_for_hints = false;
  bool away_for_revocation = false;
  std::vector<std::string> revoked;
  std::vector<std::string> ended;  // id tokens
  int end_session_fails = 0;
  int failing_revocations = 0;
  int revocations_begun = 0;
  base::Event* revocation_waits_for = nullptr;

  void change(const std::function<void(identity::Metadata&)>& edit) {
    auto copy = std::make_shared<identity::Metadata>(*known);
    edit(*copy);
    known = copy;
  }

 private:
  static base::Error away() {
    return {base::ErrorCode::unavailable, base::Side::identity_provider, "not in this test", true};
  }
  config::IdentityProvider config_;
};

}  // namespace router::test
