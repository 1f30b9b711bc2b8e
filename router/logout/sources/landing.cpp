#include "logout/sources/landing.h"

#include "http/fetch_metadata.h"
#include "http/pages.h"
#include "http/query.h"
#include "logout/plan.h"

namespace router::logout {

LandingSource::LandingSource(std::shared_ptr<const config::Configuration> config, ReturnStates& states)
    : config_(std::move(config)), states_(states), pages_(*config_) {}

bool LandingSource::may_handle(std::string_view, std::string_view path, std::string_view query) const {
  if (path == kSignedOutPath) return true;
  if (!config_->logout.return_endpoint.empty() && path == config_->logout.return_endpoint) return true;
  return query.find("state=") != std::string_view::npos && pages_.contains(path);
}

Task<Result<std::optional<Recognition>>> LandingSource::recognise(const SourceInput& input) {
  auto recognised = answer(input.request);
  co_return recognised;
}

std::optional<Recognition> LandingSource::answer(const http::Request& request) {
  const auto& target = request.target;
  const bool signed_out = target.path == kSignedOutPath;
  const bool return_endpoint = !signed_out && target.path == config_->logout.return_endpoint;
  if ((signed_out || return_endpoint) && !request.is_get_or_head()) return http::method_not_allowed("GET, HEAD");
  // A HEAD or a prefetch must not use up the state.
  if (request.is("GET") && !http::is_prefetch(request)) {
    const auto state = http::query_value(target.query, "state");
    const auto destination = state ? states_.take(*state) : std::nullopt;
    if (destination) return http::redirect_response(*destination);
  }
  if (signed_out) {
    const bool provider_away = target.query == kProviderAwayQuery;
    return http::pages::signed_out(provider_away ? kProviderAwayNote : "");
  }
  if (!return_endpoint) return std::nullopt;
  const auto& page = config_->logout.page;
  return http::redirect_response(page.empty() ? kSignedOutPath : std::string_view(page));
}

}  // namespace router::logout
