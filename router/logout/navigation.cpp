#include "logout/navigation.h"

#include <algorithm>

#include "base/text.h"
#include "http/pages.h"
#include "http/url.h"

namespace router::logout {
namespace {

bool says(const http::Request& request, std::string_view field, std::string_view value) {
  const auto found = request.headers.get(field);
  return found && base::equals_ignoring_case(base::trim(*found), value);
}

}  // namespace

bool is_prefetch(const http::Request& request) {
  for (const std::string_view field : {"sec-purpose", "purpose", "x-purpose", "x-moz"}) {
    const auto value = request.headers.get(field);
    if (!value) continue;
    const std::string lower = base::to_lower(*value);
    for (const std::string_view word : {"prefetch", "prerender", "preview"}) {
      if (lower.find(word) != std::string::npos) return true;
    }
  }
  return false;
}

Navigation judge_navigation(const http::Request& request, config::CrossSiteLogout policy) {
  if (request.is("HEAD") || is_prefetch(request)) return Navigation::refuse;
  if (!says(request, "sec-fetch-site", "cross-site")) return Navigation::proceed;
  if (!says(request, "sec-fetch-dest", "document")) return Navigation::refuse;
  switch (policy) {
    case config::CrossSiteLogout::allow:
      return Navigation::proceed;
    case config::CrossSiteLogout::confirm:
      return Navigation::confirm;
    case config::CrossSiteLogout::deny:
      break;
  }
  return Navigation::refuse;
}

std::optional<http::Response> objection_to(Navigation judged, const http::Request& request) {
  switch (judged) {
    case Navigation::proceed:
      break;
    case Navigation::confirm:
      return http::pages::confirm_logout(request.target.path_and_query());
    case Navigation::refuse:
      return refused_response();
  }
  return std::nullopt;
}

bool is_provider_iframe(const http::Request& request, const http::External& external,
                        const std::vector<std::string>& provider_origins) {
  if (!request.is("GET") || is_prefetch(request) || !says(request, "sec-fetch-dest", "iframe")) return false;
  const auto referer = request.headers.get("referer");
  if (!referer) return true;
  const auto url = http::parse_url(*referer);
  if (!url) return false;
  const std::string origin = url->origin();
  return origin == base::to_lower(external.origin()) ||
         std::find(provider_origins.begin(), provider_origins.end(), origin) != provider_origins.end();
}

bool is_cross_site(const http::Request& request, const http::External& external) {
  if (const auto site = request.headers.get("sec-fetch-site")) {
    return base::equals_ignoring_case(base::trim(*site), "cross-site");
  }
  const auto origin = request.headers.get("origin");
  return origin && !base::equals_ignoring_case(base::trim(*origin), external.origin());
}

bool expects_a_page(const http::Request& request) {
  if (request.is_upgrade || request.headers.contains("x-requested-with")) return false;
  if (request.headers.contains("sec-fetch-mode")) return says(request, "sec-fetch-mode", "navigate");
  const auto accepted = base::to_lower(request.headers.get("accept").value_or(""));
  if (accepted.find("text/html") != std::string::npos) return true;
  // Command lines and old browsers are taken at their word, unless they say that they want no page.
  return request.is("GET") && accepted.find("json") == std::string::npos;
}

http::Response refused_response() {
  auto response = http::text_response(403, "This request does not log anybody out.\n");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

http::Response method_not_allowed(std::string_view allow) {
  auto response = http::text_response(405, "Method not allowed.\n");
  response.headers.add("Allow", allow);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace router::logout
