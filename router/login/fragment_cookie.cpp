#include "login/fragment_cookie.h"

#include <algorithm>

#include "base/text.h"
#include "http/redirect_guard.h"

namespace router::login {
namespace {

constexpr std::size_t kLongestFragment = 4096;

// The last of that name, as it was sent.
std::optional<std::string_view> last_cookie(const http::Headers& request, std::string_view name) {
  std::optional<std::string_view> found;
  http::for_each_cookie(request, [&](const http::CookiePair& pair) {
    if (pair.name == name) found = pair.value;
  });
  return found;
}

std::string fragment_of(std::string_view value) {
  if (!value.starts_with('#')) return base::percent_decode(value).value_or("");
  std::string fragment(value);
  std::replace(fragment.begin(), fragment.end(), '<', ';');
  return fragment;
}

}  // namespace

KeptFragment kept_fragment(const http::Headers& request, const std::string& cookie_name, const std::string& path) {
  KeptFragment kept;
  const auto value = last_cookie(request, cookie_name);
  if (!value) return kept;
  if (value->starts_with('!')) {
    kept.lost = base::parse_unsigned(value->substr(1));
    return kept;
  }
  auto fragment = fragment_of(*value);
  const bool fits =
      fragment.starts_with('#') && fragment.size() <= kLongestFragment && http::is_safe_return_path(path + fragment);
  if (fits) kept.text = std::move(fragment);
  return kept;
}

http::SetCookie fragment_deletion(std::string cookie_name, bool secure) {
  http::SetCookie cookie;
  cookie.name = std::move(cookie_name);
  cookie.path = "/";
  cookie.secure = secure;
  return http::deletion_of(std::move(cookie));
}

std::vector<char> fragment_slots(const http::Headers& request, const session::CookieNames& names,
                                 const std::vector<char>& slots) {
  std::vector<char> found;
  for (const char slot : slots) {
    if (last_cookie(request, names.fragment(slot))) found.push_back(slot);
  }
  return found;
}

}  // namespace router::login
