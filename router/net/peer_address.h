// Where a server is that somebody keeps a lasting connection to. Values.
#pragma once

#include <cstdint>
#include <string>

namespace router::net {

struct PeerAddress {
  std::string host;  // name or address, IPv6 without brackets
  std::uint16_t port = 0;

  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
};
// "127.0.0.1:6379", "[::1]:6379"
std::string to_string(const PeerAddress& address);

}  // namespace router::net
