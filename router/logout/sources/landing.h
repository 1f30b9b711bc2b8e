// The pages that a logout ends at, as far as the router has a hand in them; none of them triggers a logout.
//
// - A landing page (`logoutPage`, a page of an application) that an OpenID provider returns to with `state`: 302
//   to the page with the client's own query. With an unknown state it is not recognised: the page is served as it is.
// - `returnEndpoint`: the same for every page; with an unknown state 302 to `logoutPage` as configured.
// - `/xs-router/signed-out` (kSignedOutPath): the built-in "You are signed out" page, needs no route and no session.
// Background loop. Source: docs/contract/logout.md section 1 "Query parameters"; RP-Initiated Logout 1.0
// section 3.
#pragma once

#include <memory>
#include <string>

#include "config/model.h"
#include "logout/landing_pages.h"
#include "logout/receipt_link.h"
#include "logout/return_states.h"
#include "logout/source.h"

namespace router::logout {

class LandingSource final : public Source {
 public:
  // `links` null: the built-in page has no link to the receipt.
  LandingSource(std::shared_ptr<const config::Configuration> config, ReturnStates& states, const ReceiptLinks* links,
                std::string receipt_cookie);

  std::string_view name() const override { return "landing"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view, const http::Target&) const override { return std::nullopt; }

 private:
  Task<std::optional<Recognition>> answer(const http::Request* request);
  std::shared_ptr<const config::Configuration> config_;
  ReturnStates& states_;
  LandingPages pages_;
  const ReceiptLinks* links_;
  std::string receipt_cookie_;
};

}  // namespace router::logout
