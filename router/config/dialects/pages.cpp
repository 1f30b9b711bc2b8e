#include "config/dialects/pages.h"

#include <algorithm>

#include "http/target.h"
#include "http/url.h"

namespace router::config {

std::optional<std::string> check_landing_page(const Report& report, const std::string& pointer,
                                              const std::string& page) {
  if (page.empty()) return std::nullopt;
  if (!page.starts_with('/')) {
    if (!http::parse_url(page) || !http::is_absolute_http(page)) {
      report.error(pointer,
                   unless_known(show(std::string_view(page)), "a path that begins with /, or an absolute http(s) URL"));
    } else {
      report.info(pointer, {"the absolute URL " + show(std::string_view(page)), "", "it is trusted, being configured"});
    }
    return std::nullopt;
  }
  const std::string path = page.substr(0, page.find_first_of("?#"));
  const auto normal = http::normalise_path(path);
  if (normal && *normal == path) return path;
  report.error(pointer, unless_known(show(std::string_view(page)), "a normalised path"));
  return std::nullopt;
}

void check_redirect_uris(const Report& report, const std::string& pointer, const std::vector<std::string>& uris) {
  for (std::size_t i = 0; i < uris.size(); ++i) {
    const auto colon = uris[i].find(':');
    const bool plain = std::all_of(uris[i].begin(), uris[i].end(), [](char c) { return c > 0x20 && c < 0x7F; });
    const bool http = uris[i].starts_with("http:") || uris[i].starts_with("https:");
    // Native applications register schemes of their own.
    if (colon != std::string::npos && colon > 0 && plain && (!http || http::parse_url(uris[i]))) continue;
    report.error(pointer_to(pointer, i), unless_known(show(std::string_view(uris[i])), "an absolute URI"));
  }
}

}  // namespace router::config
