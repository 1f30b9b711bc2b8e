#include "login/navigation.h"

#include "base/text.h"

namespace router::login {
namespace {

bool says_fetch_metadata(const http::Headers& headers) {
  return headers.contains("Sec-Fetch-Mode") || headers.contains("Sec-Fetch-Site") ||
         headers.contains("Sec-Fetch-Dest");
}

bool accepts_html(const http::Headers& headers) {
  const auto accept = headers.get("Accept");
  return accept && base::to_lower(*accept).find("text/html") != std::string::npos;
}

}  // namespace

bool is_navigation(const http::Request& request) {
  const auto& headers = request.headers;
  if (!request.is("GET") || request.is_upgrade) return false;
  if (headers.contains("X-Requested-With")) return false;
  const auto mode = headers.get("Sec-Fetch-Mode");
  if (mode && !base::equals_ignoring_case(*mode, "navigate")) return false;
  // clients without fetch metadata are taken at their word: old browsers and command lines follow a login
  return !says_fetch_metadata(headers) || accepts_html(headers);
}

}  // namespace router::login
