// Hosted-login logout: GET /{customerId}/auth-ui/logout, with client_id and perhaps redirect_uri and state.
//
// No authentication: a link to it ends the sessions of the browser that follows it, and their back-ends are
// told. The user's tokens stay valid (token/revoke is for them), the identity provider is not asked. Links
// come from other sites by design, so with a registered redirect_uri nobody is asked to confirm; prefetches
// and cross-site sub-resources are refused as everywhere. Stateless. Source: "Logout from Hosted Login";
// docs/contract/logout.md section 4.
#pragma once

#include <memory>
#include <string>

#include "config/model.h"
#include "logout/held_sessions.h"
#include "logout/source.h"

namespace router::logout {

class HostedSource final : public Source {
 public:
  HostedSource(std::shared_ptr<const config::Configuration> config, session::Store& store, Ongoing& ongoing,
               const base::Clock& clock);

  std::string_view name() const override { return "hosted"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  // Where the browser goes on to, empty for nowhere; or the answer that ends nothing.
  std::variant<std::string, http::Response> judge(const http::Request& request) const;
  // Where to, empty for nowhere; or the page that says what is wrong.
  std::variant<std::string, http::Response> destination(std::string_view query) const;

  std::shared_ptr<const config::Configuration> config_;
  HeldSessions held_;
  std::string path_;  // empty: not configured
};

}  // namespace router::logout
