#include "http/redirect_guard.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "http/target.h"
#include "http/url.h"

namespace router::http {
namespace {

// Servers in a row that each decode once are rare beyond two; more rounds than this are nobody's honest link.
constexpr int kDecodingRounds = 4;

// Whether `path` begins "//" or "/\", or would after decoding.
bool starts_another_authority(std::string_view path) {
  std::string text(path.substr(0, path.find('/', 1)));
  if (text.size() == 1 && path.size() > 1) return true;
  for (int round = 0; round < kDecodingRounds; ++round) {
    if (text.size() > 1 && (text[1] == '/' || text[1] == '\\')) return true;
    auto decoded = base::percent_decode(text);
    if (!decoded || *decoded == text) return false;
    text = std::move(*decoded);
  }
  return true;
}

bool is_printable_ascii(char c) { return c > ' ' && c < 0x7F; }

// Without recursion: after a mismatch the last `*` takes one character more.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::size_t> star;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star && text[star_text] != '?') {
      p = *star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct UrlPattern {
  std::string scheme;
  std::string host;
  std::string port;
  std::string_view path;
  std::optional<std::string_view> query;
};

std::optional<UrlPattern> read_pattern(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  UrlPattern pattern;
  pattern.scheme = base::to_lower(text.substr(0, scheme_end));
  if (pattern.scheme != "http" && pattern.scheme != "https") return std::nullopt;
  const auto rest = text.substr(scheme_end + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  const auto [path, query] = base::cut(rest.substr(authority.size()), '?');
  pattern.path = path.empty() ? "/" : path;
  pattern.query = query;
  const auto colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  pattern.host = base::to_lower(authority.substr(0, colon));
  pattern.port = colon == std::string_view::npos ? (pattern.scheme == "https" ? "443" : "80")
                                                 : std::string(authority.substr(colon + 1));
  if (pattern.host.empty() || pattern.port.empty()) return std::nullopt;
  return pattern;
}

}  // namespace

bool is_safe_return_path(std::string_view target) {
  const auto path = target.substr(0, target.find_first_of("?#"));
  if (!std::all_of(target.begin(), target.end(), is_printable_ascii)) return false;
  return normalise_path(path).has_value() && !starts_another_authority(path);
}

bool matches_trusted_url(std::string_view pattern_text, std::string_view url_text) {
  const auto pattern = read_pattern(pattern_text);
  const auto url = parse_url(url_text);
  if (!pattern || !url || url->scheme != pattern->scheme) return false;
  const std::string path = url->path.empty() ? "/" : url->path;
  // Dot segments would be resolved by the browser only after this comparison.
  if (!check_rewritten_path(path)) return false;
  if (!matches_wildcard(pattern->host, url->host)) return false;
  if (!matches_wildcard(pattern->port, std::to_string(url->port))) return false;
  if (!matches_wildcard(pattern->path, path)) return false;
  return !pattern->query || (url->query && matches_wildcard(*pattern->query, *url->query));
}

}  // namespace router::http
