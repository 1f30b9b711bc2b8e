#include "logout/requested_page.h"

#include <algorithm>

#include "http/query.h"
#include "http/redirect_guard.h"
#include "http/url.h"

namespace router::logout {
namespace {

constexpr std::size_t kLongestPage = 2048;

bool is_trusted(const config::Logout& logout, const std::string& page, const std::vector<std::string>& origins) {
  if (page.size() > kLongestPage) return false;
  if (page.starts_with('/')) return http::is_safe_return_path(page);
  const auto url = http::parse_url(page);
  if (!url || !http::is_absolute_http(page)) return false;
  if (std::find(origins.begin(), origins.end(), url->origin()) != origins.end()) return true;
  return std::any_of(logout.trusted_urls.begin(), logout.trusted_urls.end(),
                     [&](const auto& pattern) { return http::matches_trusted_url(pattern, page); });
}

}  // namespace

RequestedPage requested_page(const config::Logout& logout, std::string_view query,
                             const std::vector<std::string>& origins) {
  RequestedPage answer;
  if (logout.goto_parameter.empty()) return answer;
  std::optional<std::string> asked;
  bool differs = false;
  for (auto& parameter : http::parse_query(query)) {
    if (parameter.name != logout.goto_parameter || parameter.value.value_or("").empty()) continue;
    differs = differs || (asked && *asked != *parameter.value);
    asked = std::move(parameter.value);
  }
  if (!asked) return answer;
  (!differs && is_trusted(logout, *asked, origins) ? answer.page : answer.refused) = std::move(asked);
  return answer;
}

std::string without_requested_page(const config::Logout& logout, const std::string& query) {
  if (logout.goto_parameter.empty() || query.empty()) return query;
  return http::query_without(query, [&](const auto& parameter) { return parameter.name == logout.goto_parameter; });
}

}  // namespace router::logout
