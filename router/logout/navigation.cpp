#include "logout/navigation.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/fetch_metadata.h"
#include "http/pages.h"
#include "http/url.h"

namespace router::logout {
namespace {

constexpr std::array<std::string_view, 4> kPages = {"document", "iframe", "frame", "empty"};
constexpr std::array<std::string_view, 2> kFrames = {"iframe", "frame"};
constexpr std::array<std::string_view, 3> kNear = {"same-origin", "same-site", "none"};

// What comes twice says nothing that is known.
std::optional<std::string_view> said(const http::Request& request, std::string_view field) {
  const auto count = request.headers.count(field);
  if (count == 0) return std::nullopt;
  return count == 1 ? base::trim(*request.headers.get(field)) : std::string_view();
}

}  // namespace

Navigation judge_navigation(const http::Request& request, config::CrossSiteLogout policy, Frames frames) {
  if (request.is("HEAD") || is_prefetch(request)) return Navigation::refuse;
  const auto destination = said(request, "sec-fetch-dest");
  if (destination && !base::holds_ignoring_case(kPages, *destination)) return Navigation::refuse;
  if (frames == Frames::any_site) return Navigation::proceed;
  const auto site = said(request, "sec-fetch-site");
  if (destination && base::holds_ignoring_case(kFrames, *destination)) {
    const bool own = site && base::equals_ignoring_case(*site, "same-origin");
    return own ? Navigation::proceed : Navigation::refuse;
  }
  if (!site || base::holds_ignoring_case(kNear, *site)) return Navigation::proceed;
  if (!destination || !base::equals_ignoring_case(*destination, "document")) return Navigation::refuse;
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

bool is_trusted_frame(const http::Request& request, const http::External& external,
                      const std::vector<std::string>& origins, bool without_referer) {
  const auto destination = said(request, "sec-fetch-dest");
  if (!request.is("GET") || is_prefetch(request) || !destination || !base::holds_ignoring_case(kFrames, *destination))
    return false;
  const auto referer = said(request, "referer");
  if (!referer) return without_referer;
  const auto url = http::parse_url(*referer);
  if (!url) return false;
  const std::string origin = url->origin();
  return origin == base::to_lower(external.origin()) ||
         std::find(origins.begin(), origins.end(), origin) != origins.end();
}

http::Response refused_response() {
  auto response = http::text_response(403, "This request does not log anybody out.\n");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace router::logout
