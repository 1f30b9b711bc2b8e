#include "logout/landing_pages.h"

#include "base/text.h"
#include "config/allowed_hosts.h"
#include "http/target.h"
#include "http/url.h"

namespace router::logout {
namespace {

std::string normal_path(std::string_view path) { return http::normalise_path(path.empty() ? "/" : path).value_or(""); }

}  // namespace

LandingPages::LandingPages(const config::Logout& logout, const std::vector<std::string>& allowed_hosts) {
  const auto add = [&](const std::string& page, bool is_public) {
    const auto url = http::parse_url(page);
    const std::string_view text = page;
    auto path = normal_path(url ? std::string_view(url->path) : text.substr(0, text.find_first_of("?#")));
    if (page.empty() || path.empty()) return;
    if (url && !config::names_host(allowed_hosts, url->host)) {
      urls_.insert(url->origin() + path);
      return;
    }
    if (is_public) public_paths_.insert(path);
    paths_.insert(std::move(path));
  };
  add(logout.page, false);
  for (const auto& application : logout.applications) add(application.page, true);
}

bool LandingPages::contains(std::string_view path, std::string_view origin) const {
  return paths_.contains(path) || (!urls_.empty() && urls_.contains(base::to_lower(origin).append(path)));
}

}  // namespace router::logout
