// GET <context>/oauth2/connect/endSession, also with a realm (identity/am_rest.h): an application logs its
// user out with the id token it holds.
//
// `id_token_hint` is required and verified (signature, issuer, audience; it may have expired); it names the
// session by `sid`, or without one all sessions of its user. `post_logout_redirect_uri` must be one of
// am.postLogoutRedirectUris, character by character: 302 with `state`; another one: 400, and the session ends
// all the same. Without it: 200 with the session's details, 204 where there are none. The hint is evidence
// enough for a cross-site navigation; prefetches and cross-site sub-resources are refused as everywhere.
// Hints that are not accepted are limited by address (429). Source: "Set Logout Details node"; docs/contract/logout.md
// section 3; OpenID Connect RP-Initiated Logout 1.0 section 2.
#pragma once

#include <memory>

#include "config/model.h"
#include "identity/providers.h"
#include "logout/held_sessions.h"
#include "logout/ongoing.h"
#include "logout/source.h"
#include "session/store.h"

namespace router::logout {

class EndSessionSource final : public Source {
 public:
  EndSessionSource(std::shared_ptr<const config::Configuration> config, std::shared_ptr<identity::Providers> providers,
                   session::Store& store, Ongoing& ongoing, const base::Clock& clock);

  std::string_view name() const override { return "end_session"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<http::Response> failure() const override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  std::optional<http::Response> refusal(const http::Request& request) const;
  http::Response answer(std::string_view query, const std::map<std::string, std::string>& details) const;
  Task<Result<session::Snapshot>> first_session(session::SessionFilter filter);

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  session::Store& store_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
  HeldSessions held_;
};

}  // namespace router::logout
