// POST /{customerId}/token/revoke: a client takes a token back at the identity provider (RFC 7009).
//
// Form with `token`, perhaps `token_type_hint`, and `client_id` of a configured client, with its
// `client_secret` where it has one (or both as basic authentication). No session ends; the provider's answer
// is waited for: 200, also for a token that nobody knows; 503 while the provider is away. Errors as in RFC
// 6749 section 5.2; 429 for an address or a client that tries or fails too often (session/doors.h). Source: "Logout
// from Hosted Login"; docs/contract/logout.md section 4; RFC 7009 section 2.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "http/form.h"
#include "identity/providers.h"
#include "logout/ongoing.h"
#include "logout/source.h"

namespace router::logout {

class TokenRevocationSource final : public Source {
 public:
  TokenRevocationSource(std::shared_ptr<const config::Configuration> config,
                        std::shared_ptr<identity::Providers> providers, Ongoing& ongoing, const base::Clock& clock);

  struct ClientCredentials {
    std::string id;
    base::Secret secret;
  };

  std::string_view name() const override { return "token_revocation"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  bool ends_sessions() const override { return false; }
  bool wants_body(const http::Request& request) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<http::Response> failure() const override;
  std::optional<Trigger> preview(std::string_view, const http::Target&) const override { return std::nullopt; }

 private:
  Recognition answer(const http::FormFields& form, const session::Snapshot& session) const;
  std::vector<std::string> takers_of(std::string_view token, const session::Snapshot& session) const;
  bool is_client(const ClientCredentials& given) const;

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
  std::string path_;  // empty: not configured
};

}  // namespace router::logout
