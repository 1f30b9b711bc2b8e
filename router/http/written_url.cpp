#include "http/written_url.h"

#include <algorithm>

#include "base/text.h"

namespace router::http {
namespace {

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }

}  // namespace

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string escape_unusable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7F && c != '"' && c != '<' && c != '>' && c != '\\') {
      out.push_back(c);
    } else {
      base::append_percent_encoded(c, out);
    }
  }
  return out;
}

std::optional<Url> parse_written_url(std::string_view text) {
  std::string written(without_blanks(text));
  std::erase_if(written, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  const auto end_of_path =
      written.begin() + static_cast<std::ptrdiff_t>(std::min(written.find_first_of("?#"), written.size()));
  std::replace(written.begin(), end_of_path, '\\', '/');
  const auto colon = written.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto begin = written.find_first_not_of('/', colon + 1);
  if (begin == std::string::npos || begin == colon + 1) return std::nullopt;

  const auto end = std::min(written.find_first_of("/?#", begin), written.size());
  std::string_view authority = std::string_view(written).substr(begin, end - begin);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  auto url = parse_url(written.substr(0, colon) + "://" + std::string(authority) +
                       escape_unusable(std::string_view(written).substr(end)));
  if (url) url->fragment.reset();
  return url;
}

}  // namespace router::http
