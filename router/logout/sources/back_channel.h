// OpenID Connect Back-Channel Logout 1.0: the provider says which session, or whose sessions, are over.
//
// POST of a form with one `logout_token`. 200 when done, also when nothing is known of the session; 400 with
// an error in JSON otherwise (413 for a body over 64 KiB, 429 for an address that keeps sending tokens that
// are not accepted). A token with a `jti` that was seen before, on whatever replica: 200 without effect. No CSRF
// check: the token is the proof. Background loop. Source: Back-Channel Logout 1.0 sections 2.4 to 2.8; docs/contract/logout.md
// section 5; docs/contract/oidc.md 90 to 109.
#pragma once

#include <memory>
#include <string>

#include "identity/providers.h"
#include "logout/ongoing.h"
#include "logout/source.h"
#include "session/shared_state.h"

namespace router::logout {

class BackChannelSource final : public Source {
 public:
  BackChannelSource(std::shared_ptr<const config::Configuration> config, std::shared_ptr<identity::Providers> providers,
                    session::SharedState& shared, Ongoing& ongoing, const base::Clock& clock);

  std::string_view name() const override { return "back_channel"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  bool wants_body(const http::Request& request) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<http::Response> failure() const override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  Trigger make_trigger(const identity::LogoutToken& token) const;

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  session::SharedState& shared_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
};

}  // namespace router::logout
