#include "http/fetch_metadata.h"

#include <array>

#include "base/text.h"

namespace router::http {
namespace {

constexpr std::array<std::string_view, 5> kPurpose = {"sec-purpose", "purpose", "x-sec-purpose", "x-purpose", "x-moz"};
// Whatever their value.
constexpr std::array<std::string_view, 4> kFrameworkPrefetch = {"next-router-prefetch", "next-router-segment-prefetch",
                                                                "x-middleware-prefetch", "hx-preloaded"};

bool speaks_of_prefetch(std::string_view value) {
  const std::string lower = base::to_lower(value);
  return lower.find("prefetch") != std::string::npos || lower.find("prerender") != std::string::npos ||
         lower.find("preview") != std::string::npos;
}

bool says_fetch_metadata(const Headers& headers) {
  return headers.contains("Sec-Fetch-Mode") || headers.contains("Sec-Fetch-Site") || headers.contains("Sec-Fetch-Dest");
}

}  // namespace

bool accepts_html(const Headers& headers) {
  const auto accept = headers.get("Accept");
  return accept && base::to_lower(*accept).find("text/html") != std::string::npos;
}

bool is_navigation(const Request& request) {
  const auto& headers = request.headers;
  if (!request.is("GET") || request.is_upgrade || headers.contains("X-Requested-With")) return false;
  const auto mode = headers.get("Sec-Fetch-Mode");
  if (mode && !base::equals_ignoring_case(*mode, "navigate")) return false;
  // clients without fetch metadata are taken at their word: old browsers and command lines follow a login
  return !says_fetch_metadata(headers) || accepts_html(headers);
}

bool expects_a_page(const Request& request) {
  const auto& headers = request.headers;
  if (request.is_upgrade || headers.contains("X-Requested-With")) return false;
  if (const auto mode = headers.get("Sec-Fetch-Mode")) return base::equals_ignoring_case(base::trim(*mode), "navigate");
  if (accepts_html(headers)) return true;
  // taken at their word, unless they say that they want no page
  return request.is("GET") && base::to_lower(headers.get("Accept").value_or("")).find("json") == std::string::npos;
}

bool is_cross_site(const Request& request, const External& external) {
  if (const auto site = request.headers.get("Sec-Fetch-Site"))
    return base::equals_ignoring_case(base::trim(*site), "cross-site");
  const auto origin = request.headers.get("Origin");
  return origin && !base::equals_ignoring_case(base::trim(*origin), external.origin());
}

bool is_prefetch(const Request& request) {
  for (const auto& field : request.headers) {
    if (base::holds_ignoring_case(kFrameworkPrefetch, field.name)) return true;
    if (base::holds_ignoring_case(kPurpose, field.name) && speaks_of_prefetch(field.value)) return true;
  }
  return false;
}

}  // namespace router::http
