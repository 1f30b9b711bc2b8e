#include "http/target.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/look_alikes.h"
#include "http/url.h"

namespace router::http {
namespace {

using base::Error;
using base::Result;

Error refuse(const char* why) { return {base::ErrorCode::bad_request, base::Side::client, why}; }

enum class Kind : unsigned char { plain, dot, escape, refused };

constexpr std::array<Kind, 256> classify_bytes() {
  std::array<Kind, 256> kinds{};
  for (std::size_t byte = 0; byte < kinds.size(); ++byte) {
    kinds[byte] = byte <= ' ' || byte >= 0x7F ? Kind::refused : Kind::plain;
  }
  kinds['\\'] = kinds['?'] = kinds['#'] = Kind::refused;
  kinds['.'] = Kind::dot;
  kinds['%'] = Kind::escape;
  return kinds;
}
constexpr auto kKinds = classify_bytes();

enum class Look { as_is, close, refused };

// One pass over the bytes that settles nearly every path: only escapes and dots that begin a segment need
// more.
Look look_at(std::string_view path) {
  Look look = Look::as_is;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Kind kind = kKinds[static_cast<unsigned char>(path[i])];
    if (kind == Kind::plain) continue;
    if (kind == Kind::refused) return Look::refused;
    if (kind == Kind::escape || path[i - 1] == '/') look = Look::close;
  }
  return look;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// The byte that the escape at text[i] stands for, -1 if it is malformed.
int escaped_byte(std::string_view text, std::size_t i) {
  if (i + 2 >= text.size()) return -1;
  const int high = base::hex_value(text[i + 1]);
  const int low = base::hex_value(text[i + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// What a back-end that decodes once more would see; malformed escapes stay.
std::string decode_leniently(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = text[i] == '%' ? escaped_byte(text, i) : -1;
    out.push_back(byte < 0 ? text[i] : static_cast<char>(byte));
    if (byte >= 0) i += 2;
  }
  return out;
}

// "." or "..", alone or followed by a ;parameter, between slashes or backslashes.
bool has_dot_segment(std::string_view decoded) {
  for (;;) {
    const auto end = decoded.find_first_of("/\\");
    const auto name = base::cut(decoded.substr(0, end), ';').before;
    if (name == "." || name == "..") return true;
    if (end == std::string_view::npos) return false;
    decoded.remove_prefix(end + 1);
  }
}

bool looks_like_dot_segment(std::string_view decoded) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  return !std::all_of(decoded.begin(), decoded.end(), is_ascii) && has_dot_segment(without_look_alikes(decoded));
}

Result<void> check_segment(std::string_view decoded) {
  if (!base::is_valid_utf8(decoded)) return refuse("the path has an escape that is not UTF-8");
  for (const char c : decoded) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return refuse("the path has an escaped control character");
  }
  if (has_dot_segment(decoded)) return refuse("the path has a dot segment");
  if (looks_like_dot_segment(decoded)) return refuse("the path has what looks like a dot segment");
  if (decoded.find('%') == std::string_view::npos) return {};
  const auto twice = decode_leniently(decoded);
  if (has_dot_segment(twice) || looks_like_dot_segment(twice)) {
    return refuse("the path has a twice encoded dot segment");
  }
  return {};
}

// `path` has passed look_at.
Result<std::string> normalise_segments(std::string_view path) {
  std::string out;
  std::string decoded;  // the segment so far
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '/') {
      if (auto checked = check_segment(decoded); !checked) return checked.error();
      decoded.clear();
      out.push_back(c);
    } else if (c == '%') {
      const int byte = escaped_byte(path, i);
      if (byte < 0) return refuse("the path has a malformed escape");
      const char meant = static_cast<char>(byte);
      decoded.push_back(meant);
      if (is_unreserved(meant)) {
        out.push_back(meant);
      } else {
        out.append(path.substr(i, 3));
      }
      i += 2;
    } else {
      decoded.push_back(c);
      out.push_back(c);
    }
  }
  if (auto checked = check_segment(decoded); !checked) return checked.error();
  return out;
}

Result<void> check_query(std::string_view query) {
  for (const char c : query) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F || byte == '#') return refuse("the query has a character that is not allowed");
  }
  return {};
}

Result<Target> parse_origin_form(std::string_view raw) {
  Target target;
  const auto [path, query] = base::cut(raw, '?');
  auto normalised = normalise_path(path);
  if (!normalised) return std::move(normalised).error();
  target.path = *std::move(normalised);
  if (query) {
    if (auto checked = check_query(*query); !checked) return checked.error();
    target.has_query = true;
    target.query = *query;
  }
  return target;
}

Result<Target> parse_absolute_form(std::string_view method, std::string_view raw) {
  if (!is_absolute_http(raw)) return refuse("the target is neither a path nor an http URL");
  auto rest = raw.substr(raw.find("://") + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  const auto host = parse_host(authority);
  if (!host) return refuse("the authority of the target is no host[:port]");
  Target target;
  if (rest.empty()) {
    target.path = method == "OPTIONS" ? "*" : "/";  // RFC 9112 section 3.2.4
  } else {
    const std::string with_path = rest.front() == '/' ? std::string(rest) : "/" + std::string(rest);
    auto origin_form = parse_origin_form(with_path);
    if (!origin_form) return origin_form;
    target = *std::move(origin_form);
  }
  target.authority = host->to_string();
  return target;
}

}  // namespace

std::string Target::path_and_query() const {
  if (!has_query) return path;
  std::string out;
  out.reserve(path.size() + 1 + query.size());
  return out.append(path).append("?").append(query);
}

Result<std::string> normalise_path(std::string_view raw_path) {
  if (!raw_path.starts_with('/')) return refuse("the path does not begin with a slash");
  if (raw_path.starts_with("//")) return refuse("the path begins with two slashes");
  switch (look_at(raw_path)) {
    case Look::as_is:
      return std::string(raw_path);
    case Look::close:
      return normalise_segments(raw_path);
    case Look::refused:
      break;
  }
  return refuse("the path has a character that is not allowed");
}

Result<void> check_rewritten_path(std::string_view path) {
  if (!path.starts_with('/')) return refuse("the path does not begin with a slash");
  const auto look = look_at(path);
  if (look == Look::refused) return refuse("the path has a character that is not allowed");
  if (look == Look::close) {
    if (auto normalised = normalise_segments(path); !normalised) return std::move(normalised).error();
  }
  return {};
}

Result<Target> parse_target(std::string_view method, std::string_view raw) {
  if (raw.starts_with('/')) return parse_origin_form(raw);
  if (raw != "*") return parse_absolute_form(method, raw);
  if (method != "OPTIONS") return refuse("the target * is for OPTIONS only");
  Target target;
  target.path = "*";
  return target;
}

}  // namespace router::http
