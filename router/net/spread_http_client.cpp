#include "net/spread_http_client.h"

#include <cstdint>
#include <functional>

namespace router::net {

namespace {

// Ports that have been chosen for somebody are all odd, or all even: multiplied, their upper bits differ.
constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15;

// Whom the connection is made to: of a proxy that takes requests themselves all calls share those.
std::uint64_t hash_of(const ClientRequest& request) {
  const auto& host = request.whole_to_proxy ? request.proxy_host : request.url.host;
  const auto port = request.whole_to_proxy ? request.proxy_port : request.url.port;
  return ((std::hash<std::string_view>{}(host) + port) * kSpread) >> 32;
}

}  // namespace

base::Task<base::Result<ClientResponse>> SpreadHttpClient::send(ClientRequest request) {
  const auto& place = places_[hash_of(request) % places_.size()];
  return base::run_on(place.loop, home_, place.client.send(std::move(request)));
}

}  // namespace router::net
