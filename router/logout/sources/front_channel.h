// OpenID Connect Front-Channel Logout 1.0: the provider loads our URL in an iframe, with `iss` and `sid`.
//
// The session is looked up by `sid`, for browsers keep cookies from third-party frames. Without `iss` (Entra) it is
// that of the only provider bound, where one user alone has it; without `sid` the session of the cookie, in a frame
// whose Referer is the provider. The request is not signed, so it never revokes tokens, only sids that are known are
// remembered, apart from what was signed, and an address that asks for too many that nobody has gets 429. Framable by
// the provider's own origins only. What ends nothing gets the same 200, and a line in the log. Background loop. Source:
// Front-Channel Logout 1.0 section 2; docs/contract/logout.md section 5; docs/contract/oidc.md 110 to 112.
#pragma once

#include <memory>

#include "identity/providers.h"
#include "logout/held_sessions.h"
#include "logout/ongoing.h"
#include "logout/source.h"
#include "session/store.h"

namespace router::logout {

class FrontChannelSource final : public Source {
 public:
  FrontChannelSource(std::shared_ptr<const config::Configuration> config,
                     std::shared_ptr<identity::Providers> providers, session::Store& store, Ongoing& ongoing,
                     const base::Clock& clock);

  std::string_view name() const override { return "front_channel"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  const identity::Provider* provider_of(const std::string& issuer) const;
  Recognition by_cookie(const SourceInput& input, const identity::Provider& provider) const;
  Recognition nothing_ends(std::string_view why) const;
  Trigger make_trigger(const identity::Provider& provider) const;

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  session::Store& store_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
  HeldSessions held_;
};

}  // namespace router::logout
