#include "logout/navigation.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/pages.h"
#include "http/url.h"

namespace router::logout {
namespace {

constexpr std::array<std::string_view, 5> kPurpose = {"sec-purpose", "purpose", "x-sec-purpose", "x-purpose",
                                                      "x-moz"};
// Whatever their value.
constexpr std::array<std::string_view, 4> kFrameworkPrefetch = {
    "next-router-prefetch", "next-router-segment-prefetch", "x-middleware-prefetch", "hx-preloaded"};
constexpr std::array<std::string_view, 4> kPages = {"document", "iframe", "frame", "empty"};
constexpr std::array<std::string_view, 2> kFrames = {"iframe", "frame"};
constexpr std::array<std::string_view, 3> kNear = {"same-origin", "same-site", "none"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return base::equals_ignoring_case(text, word); });
}

bool speaks_of_prefetch(std::string_view value) {
  const std::string lower = base::to_lower(value);
  return lower.find("prefetch") != std::string::npos || lower.find("prerender") != std::string::npos ||
         lower.find("preview") != std::string::npos;
}

// What comes twice says nothing that is known.
std::optional<std::string_view> said(const http::Request& request, std::string_view field) {
  const auto count = request.headers.count(field);
  if (count == 0) return std::nullopt;
  return count == 1 ? base::trim(*request.headers.get(field)) : std::string_view();
}

bool says(const http::Request& request, std::string_view field, std::string_view value) {
  const auto found = request.headers.get(field);
  return found && base::equals_ignoring_case(base::trim(*found), value);
}

}  // namespace

bool is_prefetch(const http::Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const http::Field& field) {
    return is_one_of(field.name, kFrameworkPrefetch) ||
           (is_one_of(field.name, kPurpose) && speaks_of_prefetch(field.value));
  });
}

Navigation judge_navigation(const http::Request& request, config::CrossSiteLogout policy, Frames frames) {
  if (request.is("HEAD") || is_prefetch(request)) return Navigation::refuse;
  const auto destination = said(request, "sec-fetch-dest");
  if (destination && !is_one_of(*destination, kPages)) return Navigation::refuse;
  if (frames == Frames::any_site) return Navigation::proceed;
  const auto site = said(request, "sec-fetch-site");
  if (destination && is_one_of(*destination, kFrames)) {
    const bool own = site && base::equals_ignoring_case(*site, "same-origin");
    return own ? Navigation::proceed : Navigation::refuse;
  }
  if (!site || is_one_of(*site, kNear)) return Navigation::proceed;
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
  if (!request.is("GET") || is_prefetch(request) || !destination || !is_one_of(*destination, kFrames))
    return false;
  const auto referer = said(request, "referer");
  if (!referer) return without_referer;
  const auto url = http::parse_url(*referer);
  if (!url) return false;
  const std::string origin = url->origin();
  return origin == base::to_lower(external.origin()) ||
         std::find(origins.begin(), origins.end(), origin) != origins.end();
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
