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

// As browsers have it.
bool is_same_name(std::string_view name, std::string_view own) {
  return name == own || (base::equals_ignoring_case(name, own) && begins_ignoring_case(own, kHostPrefix));
}

}  // namespace

CookieNames::CookieNames(const config::Environment& environment)
    : session_(prefixed(environment, environment.session_cookie_name)),
      login_prefix_(prefixed(environment, "xsr-login-")),
      fragment_prefix_(prefixed(environment, "xsr-fragment-")),
      receipt_(prefixed(environment, "xsr-receipt")),
      platform_(environment.platform_cookie_name) {}

CookieNames::CookieNames(const config::Configuration& configuration) : CookieNames(configuration.environment) {
  if (!configuration.am) return;
  rest_token_ = configuration.am->cookie_name;
  // one that the operator has named so already stays as it is
  rest_cookie_ =
      begins_ignoring_case(rest_token_, kHostPrefix) ? rest_token_ : prefixed(configuration.environment, rest_token_);
}

bool CookieNames::is_router_cookie(std::string_view name) const {
  if (is_same_name(name, session_) || (!rest_cookie_.empty() && is_same_name(name, rest_cookie_))) return true;
  if (is_same_name(name, receipt_) || name == kConsoleCookie || is_same_name(name, kSecureConsoleCookie)) return true;
  // not read where the prefix is asked for, but its value is a session's id all the same
  if (!rest_token_.empty() && name == rest_token_) return true;
  if (!platform_.empty() && name == platform_) return true;
  return begins_ignoring_case(name, login_prefix_) || begins_ignoring_case(name, fragment_prefix_);
}

}  // namespace router::session
