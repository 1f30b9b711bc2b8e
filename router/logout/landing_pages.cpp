#include "logout/landing_pages.h"

#include "base/text.h"
#include "http/target.h"
#include "http/url.h"

namespace router::logout {
namespace {

bool has_url(const std::set<std::string, std::less<>>& urls, std::string_view path, std::string_view origin) {
  return !urls.empty() && urls.contains(base::to_lower(origin).append(path));
}

}  // namespace

LandingPages::LandingPages(const config::Logout& logout) {
  add(logout.page, paths_, urls_);
  for (const auto& application : logout.applications) {
    add(application.page, paths_, urls_);
    add(application.page, public_paths_, public_urls_);
  }
}

void LandingPages::add(const std::string& page, Texts& paths, Texts& urls) {
  if (const auto url = http::parse_url(page)) {
    if (auto path = http::normalise_path(url->path.empty() ? "/" : url->path))
      urls.insert(url->origin() + *path);
    return;
  }
  auto path = http::normalise_path(page.substr(0, page.find_first_of("?#")));
  if (path) paths.insert(std::move(*path));
}

bool LandingPages::contains(std::string_view path, std::string_view origin) const {
  return paths_.contains(path) || has_url(urls_, path, origin);
}

bool LandingPages::is_public(std::string_view path, std::string_view origin) const {
  return public_paths_.contains(path) || has_url(public_urls_, path, origin);
}

}  // namespace router::logout
