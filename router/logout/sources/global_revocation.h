// Global token revocation: an identity provider, or a tool of the security desk, ends all sessions of a user.
//
// POST of {"sub_id": …} (or {"subject": …}, as earlier drafts had it) with a bearer token signed by one of the issuers
// that count. 204 when his sessions are over and their tokens on the way to revocation; 400 for a body that says
// nobody, 401 for a token that was not accepted or used before, 403 where a provider speaks of another one's user, 404
// for a user of whom there is no session, 413, 422 for a subject that the router cannot name, 429, and 503 while store
// or keys are away. Background loop. Source: draft-parecki-oauth-global-token-revocation-05, "Revocation Endpoint";
// RFC 6750 sections 2.1 and 3; docs/contract/signals.md "In".
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "identity/providers.h"
#include "identity/subject.h"
#include "identity/token_issuer.h"
#include "logout/ongoing.h"
#include "logout/source.h"
#include "session/shared_state.h"

namespace router::logout {

class GlobalRevocationSource final : public Source {
 public:
  GlobalRevocationSource(std::shared_ptr<const config::Configuration> config,
                         std::shared_ptr<identity::Providers> providers,
                         std::shared_ptr<identity::TokenIssuers> revokers, session::SharedState& shared,
                         Ongoing& ongoing, const base::Clock& clock);

  std::string_view name() const override { return "global_revocation"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  bool wants_body(const http::Request& request) const override;
  std::optional<http::Response> refuse_flood(const http::Request& request, std::string_view address) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<http::Response> failure() const override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  // Who asks, proved.
  struct Caller {
    std::string issuer;
    std::string jti;
  };
  Task<std::variant<Caller, http::Response>> verify(const SourceInput& input);
  std::variant<Trigger, http::Response> make_trigger(const Caller& caller, const identity::Subject& subject) const;

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  std::shared_ptr<identity::TokenIssuers> revokers_;
  session::SharedState& shared_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
};

}  // namespace router::logout
