// REST logout: POST <context>/json/sessions/?_action=logout, also with a realm (identity/am_rest.h), with the
// token of a REST login.
//
// The token comes in the field `am.cookieName`, or in the cookie of that name (with COOKIE_PREFIX: __Host- before it);
// in a cookie only together with Accept-API-Version or X-Requested-With, which no form of another site can send. The
// field says what ends; a cookie is a browser's, where all ends that it holds. 200 with `result` and the details of
// the session; unknown and ended tokens: 200 "Token has expired"; none: 401; more of them than an address may have
// looked up (logout/held_sessions.h): 503. A full logout: every back-end is told, the tokens are revoked. Other
// actions of the path are not recognised. Stateless. Source: "Set Logout Details node"; docs/contract/logout.md
// section 3.
#pragma once

#include <memory>

#include "config/model.h"
#include "logout/held_sessions.h"
#include "logout/source.h"
#include "session/session_cookie.h"
#include "session/store.h"

namespace router::logout {

class RestSource final : public Source {
 public:
  RestSource(std::shared_ptr<const config::Configuration> config, session::Store& store, Ongoing& ongoing,
             const base::Clock& clock);

  std::string_view name() const override { return "rest"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<http::Response> failure() const override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  std::optional<http::Response> refusal(const http::Request& request) const;
  std::variant<std::vector<session::SessionId>, http::Response> read_token(const http::Headers& headers) const;
  // Whether no session goes on that a cookie of this browser names.
  Task<Result<bool>> ends_all_cookies(const SourceInput& input, const std::vector<session::Snapshot>& ended);

  std::shared_ptr<const config::Configuration> config_;
  session::SessionCookie cookie_;
  HeldSessions held_;
};

}  // namespace router::logout
