#include "http/cookie.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/text.h"
#include "http/http_date.h"

namespace router::http {
namespace {

// RFC 6265bis section 5.6: larger ones are ignored.
constexpr std::size_t kMaxPairLength = 4096;
constexpr std::size_t kMaxAttributeLength = 1024;

// Seconds; what does not fit is taken as "very long", as browsers do.
std::optional<long long> parse_max_age(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  if (negative) return -1;
  long long seconds = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return fault == std::errc() ? seconds : std::numeric_limits<long long>::max();
}

std::string same_site_value(std::string_view text) {
  for (const std::string_view known : {"Lax", "Strict", "None"}) {
    if (base::equals_ignoring_case(text, known)) return std::string(known);
  }
  return {};
}

void apply_attribute(SetCookie& cookie, std::string_view name, std::string_view value) {
  const auto is = [&](std::string_view known) { return base::equals_ignoring_case(name, known); };
  if (is("Path")) {
    cookie.path = value.starts_with('/') ? value : std::string_view();
  } else if (is("Domain")) {
    cookie.domain = base::to_lower(value.starts_with('.') ? value.substr(1) : value);
  } else if (is("Max-Age")) {
    if (const auto seconds = parse_max_age(value)) cookie.max_age = seconds;
  } else if (is("Expires")) {
    if (const auto time = parse_http_date(value)) cookie.expires = time;
  } else if (is("Secure")) {
    cookie.secure = true;
  } else if (is("HttpOnly")) {
    cookie.http_only = true;
  } else if (is("Partitioned")) {
    cookie.partitioned = true;
  } else if (is("SameSite")) {
    cookie.same_site = same_site_value(value);
  }
}

}  // namespace

std::vector<CookiePair> parse_cookies(std::string_view cookie_field) {
  std::vector<CookiePair> pairs;
  for_each_cookie(cookie_field, [&](const CookiePair& pair) { pairs.push_back(pair); });
  return pairs;
}

std::optional<SetCookie> parse_set_cookie(std::string_view field_value) {
  if (!is_field_value(field_value)) return std::nullopt;
  auto [pair, attributes] = base::cut(field_value, ';');
  const auto [name, value] = base::cut(pair, '=');
  if (!value || base::trim(name).empty() || pair.size() > kMaxPairLength) return std::nullopt;
  SetCookie cookie;
  cookie.name = base::trim(name);
  cookie.value = base::trim(*value);
  while (attributes) {
    const auto [attribute, after] = base::cut(*attributes, ';');
    const auto [attribute_name, attribute_value] = base::cut(attribute, '=');
    const auto text = base::trim(attribute_value.value_or(""));
    if (text.size() <= kMaxAttributeLength) apply_attribute(cookie, base::trim(attribute_name), text);
    attributes = after;
  }
  return cookie;
}

std::string SetCookie::to_string() const {
  std::string out = name + "=" + value;
  if (!path.empty()) out.append("; Path=").append(path);
  if (!domain.empty()) out.append("; Domain=").append(domain);
  if (expires) out.append("; Expires=").append(format_http_date(*expires));
  if (max_age) out.append("; Max-Age=").append(std::to_string(*max_age));
  if (secure) out.append("; Secure");
  if (http_only) out.append("; HttpOnly");
  if (!same_site.empty()) out.append("; SameSite=").append(same_site);
  if (partitioned) out.append("; Partitioned");
  return out;
}

SetCookie deletion_of(SetCookie cookie) {
  cookie.value.clear();
  cookie.max_age = 0;
  cookie.expires = std::chrono::system_clock::time_point{};
  return cookie;
}

bool path_matches(std::string_view path, std::string_view cookie_path) {
  if (!path.starts_with(cookie_path)) return false;
  return cookie_path.empty() || cookie_path.ends_with('/') || path.size() == cookie_path.size() ||
         path[cookie_path.size()] == '/';
}

}  // namespace router::http
