#include "config/allowed_hosts.h"

#include <algorithm>

#include "base/text.h"

namespace router::config {

bool names_host(const std::vector<std::string>& allowed_hosts, std::string_view host) {
  return std::any_of(allowed_hosts.begin(), allowed_hosts.end(), [&](std::string_view pattern) {
    if (!pattern.starts_with("*.")) return base::equals_ignoring_case(pattern, host);
    const auto suffix = pattern.substr(1);
    return host.size() > suffix.size() && base::equals_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
  });
}

}  // namespace router::config
