#include "session/cookie_names.h"

#include "base/text.h"

namespace router::session {
namespace {

constexpr std::string_view kHostPrefix = "__Host-";

std::string prefixed(const config::Environment& environment, std::string_view name) {
  return std::string(environment.cookie_prefix ? kHostPrefix : std::string_view()).append(name);
}

bool begins_ignoring_case(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && base::equals_ignoring_case(text.substr(0, with.size()), with);
}

}  // namespace

// The fragment cookie is written by a script of a page that may have come over http: no prefix.
CookieNames::CookieNames(const config::Environment& environment)
    : session_(prefixed(environment, "JSESSIONID")),
      login_prefix_(prefixed(environment, "xsr-login-")),
      fragment_prefix_("xsr-fragment-"),
      platform_(environment.platform_cookie_name) {}

CookieNames::CookieNames(const config::Configuration& configuration)
    : CookieNames(configuration.environment) {
  if (configuration.am) rest_token_ = configuration.am->cookie_name;
}

bool CookieNames::is_router_cookie(std::string_view name) const {
  const bool with_prefix = begins_ignoring_case(session_, kHostPrefix);
  if (with_prefix ? base::equals_ignoring_case(name, session_) : name == session_) return true;
  if (!rest_token_.empty() && name == rest_token_) return true;
  if (!platform_.empty() && name == platform_) return true;
  return begins_ignoring_case(name, login_prefix_) || begins_ignoring_case(name, fragment_prefix_);
}

}  // namespace router::session
