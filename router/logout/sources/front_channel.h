// OpenID Connect Front-Channel Logout 1.0: the provider loads our URL in an iframe, with `iss` and `sid`.
//
// The session is looked up by `sid`, never by cookie, for browsers keep cookies from third-party frames. The
// request is not signed, so it never revokes tokens. Framable by the provider's own origins only. An unknown
// `iss` or `sid` changes nothing and gets the same 200. Stateless. Source: Front-Channel Logout 1.0 section
// 2; spec/logout.md section 5; oidc_cases.md 110 to 112.
#pragma once

#include <memory>

#include "identity/providers.h"
#include "logout/source.h"

namespace router::logout {

class FrontChannelSource final : public Source {
 public:
  FrontChannelSource(std::shared_ptr<const config::Configuration> config,
                     std::shared_ptr<identity::Providers> providers);

  std::string_view name() const override { return "front_channel"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  Recognition answer(const SourceInput& input) const;

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
};

}  // namespace router::logout
