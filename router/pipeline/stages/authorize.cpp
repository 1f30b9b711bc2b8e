#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/field_list.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {
namespace {

using Scopes = std::vector<std::string>;

// Of which the user needs one; null: none. Error forbidden: whoever it is, it will not do.
Result<const Scopes*> needed_scopes(const RequestState& state) {
  if (!state.match.found() || state.route().scope.empty()) return nullptr;
  // authenticationMethod none asks nobody to log in, so that nobody has a scope
  const bool is_closed = state.config().authentication_none && !state.route().says_public && !state.is_public_page;
  if (!state.needs_login() && !is_closed) return nullptr;
  const auto* needed = state.route().scope.for_method(state.request.method);
  // also with a session from before: it is not protected against CSRF here
  if (is_closed && (needed == nullptr || !needed->empty())) {
    return base::Error{base::ErrorCode::forbidden, base::Side::client, "nobody has a scope without a login"};
  }
  // a rule per method without one for this method, and without a default, lets nobody in
  if (needed == nullptr) {
    return base::Error{base::ErrorCode::forbidden, base::Side::client, "no rule for this method, and no default"};
  }
  return needed->empty() ? nullptr : needed;
}

}  // namespace

Result<Verdict> authorize(RequestState& state) {
  const auto needed = needed_scopes(state);
  if (!needed) return needed.error();
  if (*needed == nullptr) return Verdict(Continue{});
  const auto& granted = state.user.session->scopes;
  const bool has_one = std::any_of((*needed)->begin(), (*needed)->end(), [&](const std::string& scope) {
    return std::find(granted.begin(), granted.end(), scope) != granted.end();
  });
  if (has_one) return Verdict(Continue{});
  return base::Error{base::ErrorCode::forbidden, base::Side::client, "none of the route's scopes is granted"};
}

std::optional<Foreseen> explain_authorize(RequestState& state, Told& told) {
  const auto needed = needed_scopes(state);
  if (needed && !state.needs_login()) return std::nullopt;
  auto& scopes = told["route"]["scopes"];
  if (!needed) {
    auto foreseen = foresee(needed.error());
    scopes = foreseen->text;
    return foreseen;
  }
  scopes = *needed == nullptr ? "none asked for" : "one of " + http::written_list(**needed);
  return std::nullopt;
}

}  // namespace router::pipeline
