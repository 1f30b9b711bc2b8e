#include "logout/conditional_urls.h"

#include <algorithm>

#include "http/url.h"

namespace router::logout {
namespace {

std::string host_of(std::string_view authority) {
  const auto parsed = http::parse_host(authority);
  return parsed ? parsed->host : std::string();
}

bool is_host_or_subdomain(std::string_view host, std::string_view of) {
  if (!host.ends_with(of)) return false;
  return host.size() == of.size() || host[host.size() - of.size() - 1] == '.';
}

bool is_path_prefix(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

}  // namespace

ConditionalUrls::ConditionalUrls(const std::vector<config::ConditionalUrl>& conditions) {
  for (const auto& configured : conditions) conditions_.push_back(parse(configured));
  std::stable_sort(conditions_.begin(), conditions_.end(),
                   [](const Condition& a, const Condition& b) { return a.length > b.length; });
}

ConditionalUrls::Condition ConditionalUrls::parse(const config::ConditionalUrl& configured) {
  Condition condition;
  condition.length = configured.when.size();
  const auto slash = std::min(configured.when.find('/'), configured.when.size());
  condition.host = host_of(std::string_view(configured.when).substr(0, slash));
  condition.path = configured.when.substr(slash);
  if (configured.url.starts_with('?')) {
    condition.answer.added_parameters = configured.url.substr(1);
  } else {
    condition.answer.replaced_by = configured.url;
  }
  return condition;
}

ProviderUrl ConditionalUrls::choose(std::string_view authority, std::string_view path) const {
  if (conditions_.empty()) return {};
  const std::string host = host_of(authority);
  for (const auto& condition : conditions_) {
    if (!condition.host.empty() && !is_host_or_subdomain(host, condition.host)) continue;
    if (!condition.path.empty() && !is_path_prefix(condition.path, path)) continue;
    return condition.answer;
  }
  return {};
}

}  // namespace router::logout
