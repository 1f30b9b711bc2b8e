// Sets of IP addresses, written as CIDRs: "10.0.0.0/8", "::1", "private".
//
// Parsed once; contains() is a walk over a few entries, from any thread. An IPv4 address inside IPv6
// (::ffff:10.0.0.1) is the IPv4 address. Bits below the prefix length must be zero.
// Source: RFC 4291, RFC 4632; docs/contract/descriptor.md "Environment variables" (TRUSTED_PROXIES).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"

namespace router::config {

class IpRanges {
 public:
  IpRanges() = default;
  // Entries that are not a CIDR, an address or "private" are left out; check them with is_valid before.
  explicit IpRanges(const std::vector<std::string>& entries);

  static bool is_valid(std::string_view entry);
  // Loopback, RFC 1918, 100.64.0.0/10 and unique local addresses (fc00::/7).
  static const std::vector<std::string>& private_ranges();

  // False for what is not an address; a zone ("fe80::1%eth0") is ignored.
  bool contains(std::string_view address) const;
  // 4 or 16 bytes in network order.
  bool contains(std::span<const std::uint8_t> address) const;
  bool empty() const { return ranges_.empty(); }

 private:
  using Bytes = base::IpAddress::Bytes;
  struct Range {
    Bytes network{};
    unsigned prefix = 128;
  };
  static std::optional<Range> parse_range(std::string_view text);
  bool contains_bytes(const Bytes& address) const;

  std::vector<Range> ranges_;
};

}  // namespace router::config
