#include <algorithm>

#include "pipeline/stages/stages.h"

namespace router::pipeline {

Result<Verdict> authorize(Context& context) {
  if (!context.match.found() || context.route().scope.empty()) return Verdict(Continue{});
  // authenticationMethod none asks nobody to log in, so that nobody has a scope
  const bool is_closed =
      context.config().authentication_none && !context.route().says_public && !context.is_public_page;
  if (!context.needs_login() && !is_closed) return Verdict(Continue{});
  const auto* needed = context.route().scope.for_method(context.request.method);
  // a rule per method without one for this method, and without a default, lets nobody in
  if (needed == nullptr) {
    return base::Error{base::ErrorCode::forbidden, base::Side::client, "the route's scopes name no such method"};
  }
  if (needed->empty()) return Verdict(Continue{});
  // also with a session from before: it is not protected against CSRF here
  if (is_closed) {
    return base::Error{base::ErrorCode::forbidden, base::Side::client, "a scope, while authenticationMethod is none"};
  }
  const auto& granted = context.user.session->scopes;
  const bool has_one = std::any_of(needed->begin(), needed->end(), [&](const std::string& scope) {
    return std::find(granted.begin(), granted.end(), scope) != granted.end();
  });
  if (has_one) return Verdict(Continue{});
  return base::Error{base::ErrorCode::forbidden, base::Side::client, "none of the route's scopes is granted"};
}

}  // namespace router::pipeline
