#include "pipeline/client_address.h"

#include "base/ip_address.h"
#include "base/text.h"
#include "http/external.h"

namespace router::pipeline {

std::string client_address(const http::Headers& headers, std::string_view peer, const TrustedProxies& proxies) {
  std::string last(peer);
  const std::string list = http::forwarded_for(headers);
  if (list.empty()) return last;
  std::string nearest;
  const auto hops = base::split(list, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const auto text = base::trim(*hop);
    if (text.empty()) continue;
    const auto address = base::IpAddress::parse_hop(text);
    if (!address) break;
    last = address->to_string();
    if (!proxies.ranges.contains(address->bytes())) return last;
    if (nearest.empty()) nearest = last;
  }
  return proxies.are_named || nearest.empty() ? last : nearest;
}

}  // namespace router::pipeline
