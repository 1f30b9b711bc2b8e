#include "http/origin.h"

#include <algorithm>

namespace router::http {
namespace {

bool matches_host(std::string_view rule, std::string_view host) {
  if (rule == "*") return true;
  if (!rule.starts_with("*.")) return rule == host;
  // the dot included: evilexample.com is not below example.com
  return host.size() >= rule.size() && host.ends_with(rule.substr(1));
}

}  // namespace

std::optional<Url> parse_origin(std::string_view text) {
  auto url = parse_url(text);
  const bool is_origin = url && url->path.empty() && !url->query && !url->fragment;
  return is_origin ? std::move(url) : std::nullopt;
}

bool OriginRule::allows(const Url& origin) const {
  if (!scheme.empty() && scheme != origin.scheme) return false;
  if (port && *port != origin.port) return false;
  return matches_host(host, origin.host);
}

bool any_allows(const std::vector<OriginRule>& rules, const Url& origin) {
  return std::any_of(rules.begin(), rules.end(), [&](const OriginRule& rule) { return rule.allows(origin); });
}

}  // namespace router::http
