// Central logout: `logoutEndpoint` with GET or POST, as in the Node application router.
//
// GET: a navigation logs out; HEAD, prefetches, sub-resources and foreign frames are refused; a cross-site
// navigation gets a confirmation page. POST: needs the CSRF token of a session that the browser holds (fetched
// by GET with `x-csrf-token: fetch`), or with `csrfProtection: false` only a request that is not cross-site.
// `skip-redirect` (bare, empty or =true) does not go to the provider, and is not carried over; it is for frames of
// the provider, and of the origins in `skipRedirectOrigins`.
// Stateless. Source: SAP, "logout"; docs/contract/logout.md section 1.
#pragma once

#include <memory>
#include <string>

#include "identity/providers.h"
#include "logout/held_sessions.h"
#include "logout/source.h"

namespace router::logout {

class CentralSource final : public Source {
 public:
  CentralSource(std::shared_ptr<const config::Configuration> config, std::shared_ptr<identity::Providers> providers,
                session::Store& store, Ongoing& ongoing, const base::Clock& clock);

  std::string_view name() const override { return "central"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  using Held = std::vector<session::Snapshot>;

  // What is answered whoever asks; absent: it depends on the sessions that the browser holds.
  std::optional<http::Response> refusal(const SourceInput& input) const;
  bool is_signing_out_frame(const SourceInput& input) const;
  Recognition answer(const SourceInput& input, Held held) const;
  Trigger make_trigger(const http::Target& target, const session::Snapshot& session) const;

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  HeldSessions held_;
  std::string endpoint_;  // normalised
};

}  // namespace router::logout
