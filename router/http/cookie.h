// Cookie and Set-Cookie fields. Source: RFC 6265bis.
//
// Reading is tolerant where browsers are, linear in the input, and never throws; a cookie without a name is
// not a cookie (" =__Host-SESSION=x" must not become ours, docs/contract/oidc.md 55).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "http/headers.h"
#include "http/http_date.h"

namespace router::http {

struct CookiePair {
  std::string_view name;
  std::string_view value;
  std::string_view raw;  // "name=value" as sent
};

// All pairs of one Cookie field, in order.
std::vector<CookiePair> parse_cookies(std::string_view cookie_field);

// The same without a list: `visit(const CookiePair&)` for each.
template <class Visit>
void for_each_cookie(std::string_view cookie_field, Visit visit) {
  for (std::optional<std::string_view> rest = cookie_field; rest;) {
    const auto [piece, after] = base::cut(*rest, ';');
    rest = after;
    const auto raw = base::trim(piece);
    const auto [name, value] = base::cut(raw, '=');
    if (value && !base::trim(name).empty()) visit(CookiePair{base::trim(name), base::trim(*value), raw});
  }
}

// Of all Cookie fields of a request.
template <class Visit>
void for_each_cookie(const Headers& request, Visit visit) {
  for (const auto& field : request) {
    if (!base::equals_ignoring_case(field.name, "Cookie")) continue;
    for_each_cookie(field.value, [&visit](const CookiePair& pair) { visit(pair); });
  }
}

struct SetCookie {
  std::string name;
  std::string value;
  std::string path;                  // "" = attribute absent
  std::string domain;                // "" = attribute absent
  std::optional<long long> max_age;  // seconds
  std::optional<std::chrono::system_clock::time_point> expires;
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
  std::string same_site;  // "Lax", "Strict", "None" or "" = absent

  // A cookie with neither Max-Age nor Expires: it ends with the browser session.
  bool is_session_cookie() const { return !max_age && !expires; }
  // The field value.
  std::string to_string() const;
};

// Whether a cookie for `cookie_path` belongs to a request for `path`. Source: RFC 6265bis section 5.1.4.
bool path_matches(std::string_view path, std::string_view cookie_path);

// Absent if it has no name, a control character, or a pair beyond 4096 bytes. The last of repeated attributes
// counts; a Path that is no path, an Expires that is no date, and unknown attributes are as if they were not
// there.
std::optional<SetCookie> parse_set_cookie(std::string_view field_value);

// The same cookie, same attributes, empty and expired: what deletes it in every browser.
SetCookie deletion_of(SetCookie cookie);

}  // namespace router::http
