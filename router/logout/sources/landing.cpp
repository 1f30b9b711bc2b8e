#include "logout/sources/landing.h"

#include "http/fetch_metadata.h"
#include "http/pages.h"
#include "http/query.h"
#include "logout/plan.h"

namespace router::logout {

LandingSource::LandingSource(std::shared_ptr<const config::Configuration> config, ReturnStates& states,
                             const ReceiptLinks* links, std::string receipt_cookie)
    : config_(std::move(config)),
      states_(states),
      pages_(*config_),
      links_(links),
      receipt_cookie_(std::move(receipt_cookie)) {}

bool LandingSource::may_handle(std::string_view, std::string_view path, std::string_view query) const {
  if (path == kSignedOutPath) return true;
  if (!config_->logout.return_endpoint.empty() && path == config_->logout.return_endpoint) return true;
  return query.find("state=") != std::string_view::npos && pages_.contains(path);
}

Task<Result<std::optional<Recognition>>> LandingSource::recognise(const SourceInput& input) {
  auto answering = answer(&input.request);
  auto recognised = co_await answering;
  co_return recognised;
}

Task<std::optional<Recognition>> LandingSource::answer(const http::Request* request) {
  const auto& target = request->target;
  const bool signed_out = target.path == kSignedOutPath;
  const bool return_endpoint = !signed_out && target.path == config_->logout.return_endpoint;
  if ((signed_out || return_endpoint) && !request->is_get_or_head()) co_return http::method_not_allowed("GET, HEAD");
  // A HEAD or a prefetch must not use up the state.
  const auto state =
      request->is("GET") && !http::is_prefetch(*request) ? http::query_value(target.query, "state") : std::nullopt;
  if (state) {
    auto taking = states_.take(*state);
    const auto destination = co_await taking;
    if (destination) co_return http::redirect_response(*destination);
  }
  if (signed_out) {
    const bool provider_away = target.query == kProviderAwayQuery;
    const bool has_receipt = links_ != nullptr && !links_->logouts_of(request->headers, receipt_cookie_).empty();
    co_return http::pages::signed_out(provider_away ? kProviderAwayNote : "", has_receipt ? kReceiptPath : "");
  }
  if (!return_endpoint) co_return std::nullopt;
  const auto& page = config_->logout.page;
  co_return http::redirect_response(page.empty() ? kSignedOutPath : std::string_view(page));
}

}  // namespace router::logout
