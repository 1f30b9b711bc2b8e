// Cookie: every pair is a part of the field with a name. Set-Cookie: written and read again it is the same
// cookie.
#include "fuzz/fuzz.h"
#include "http/cookie.h"
#include "http/headers.h"

using namespace router;
using fuzz::require;

namespace {

void check_cookie(std::string_view field) {
  for (const auto& pair : http::parse_cookies(field)) {
    require(!pair.name.empty(), "a cookie has a name");
    require(fuzz::is_part_of(pair.raw, field) && fuzz::is_part_of(pair.name, pair.raw) &&
                fuzz::is_part_of(pair.value, pair.raw),
            "a pair is a part of the field");
    require(pair.raw.find(';') == std::string_view::npos, "a pair ends at a semicolon");
    require(pair.name.find('=') == std::string_view::npos, "a name ends at the first =");
  }
}

void check_set_cookie(std::string_view field) {
  const auto cookie = http::parse_set_cookie(field);
  if (!cookie) return;
  require(!cookie->name.empty(), "a cookie that is set has a name");
  require(cookie->path.empty() || cookie->path.front() == '/', "a path begins with a slash");
  const auto text = cookie->to_string();
  require(http::is_field_value(text), "what is written is a field value");
  const auto again = http::parse_set_cookie(text);
  require(again.has_value(), "what is written can be read");
  require(again->name == cookie->name && again->value == cookie->value && again->path == cookie->path,
          "name, value and path stay");
  require(again->max_age == cookie->max_age && again->expires == cookie->expires, "the life time stays");
  require(again->secure == cookie->secure && again->http_only == cookie->http_only &&
              again->partitioned == cookie->partitioned && again->same_site == cookie->same_site,
          "the flags stay");
  require(!http::deletion_of(*cookie).is_session_cookie(), "a deletion has an end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto field = fuzz::as_text(data, size);
  check_cookie(field);
  check_set_cookie(field);
  return 0;
}
