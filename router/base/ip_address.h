// One IP address, however it was written.
//
// IPv4 inside IPv6 (::ffff:10.0.0.1) is the IPv4 address; a zone ("fe80::1%eth0") is ignored. Value; pure,
// any thread. Source: RFC 4291 section 2.5.5.2; RFC 5952; RFC 6052 section 2.1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace router::base {

class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d

  static std::optional<IpAddress> parse(std::string_view text);
  // As proxies write it: perhaps with a port, IPv6 perhaps in brackets.
  static std::optional<IpAddress> parse_hop(std::string_view text);

  const Bytes& bytes() const { return bytes_; }
  std::string to_string() const;
  // What limits count as one: an IPv4 address, or the 64 bits of IPv6 that one customer is given.
  std::string home() const;

 private:
  explicit IpAddress(const Bytes& bytes) : bytes_(bytes) {}
  bool is_v4() const;
  Bytes bytes_;
};

// home() of what is written there; text that is no address is its own home.
std::string home_of(std::string_view address);

}  // namespace router::base
