#include "config/ip_ranges.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace router::config {
namespace {

constexpr unsigned kMappedBits = 96;  // of ::ffff:0:0/96
constexpr std::string_view kPrivate = "private";

// `bits`: fewer than 8
unsigned first_bits(std::uint8_t byte, unsigned bits) { return byte >> (8 - bits); }

}  // namespace

std::optional<IpRanges::Range> IpRanges::parse_range(std::string_view text) {
  const auto parts = base::cut(text, '/');
  if (parts.before.find('%') != std::string_view::npos) return std::nullopt;
  const auto network = base::IpAddress::parse(parts.before);
  if (!network) return std::nullopt;
  Range range{network->bytes(), 128};
  if (parts.after) {
    const bool dotted = parts.before.find(':') == std::string_view::npos;
    const auto bits = base::parse_unsigned(*parts.after);
    if (!bits || *bits > (dotted ? 32U : 128U)) return std::nullopt;
    range.prefix = static_cast<unsigned>(*bits) + (dotted ? kMappedBits : 0);
  }
  for (unsigned bit = range.prefix; bit < 128; ++bit) {
    if ((range.network[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return range;
}

IpRanges::IpRanges(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    if (entry == kPrivate) {
      for (const std::string& range : private_ranges()) ranges_.push_back(*parse_range(range));
    } else if (const auto range = parse_range(entry)) {
      ranges_.push_back(*range);
    }
  }
}

bool IpRanges::is_valid(std::string_view entry) { return entry == kPrivate || parse_range(entry).has_value(); }

const std::vector<std::string>& IpRanges::private_ranges() {
  static const std::vector<std::string> ranges = {"127.0.0.0/8",    "::1/128",       "10.0.0.0/8", "172.16.0.0/12",
                                                  "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"};
  return ranges;
}

bool IpRanges::contains(std::string_view address) const {
  const auto parsed = base::IpAddress::parse(address);
  return parsed && contains_bytes(parsed->bytes());
}

bool IpRanges::contains(std::span<const std::uint8_t> address) const {
  Bytes bytes{};
  if (address.size() == 4) {
    bytes[10] = bytes[11] = 0xFF;
    std::copy(address.begin(), address.end(), bytes.begin() + 12);
  } else if (address.size() == 16) {
    std::copy(address.begin(), address.end(), bytes.begin());
  } else {
    return false;
  }
  return contains_bytes(bytes);
}

bool IpRanges::contains_bytes(const Bytes& address) const {
  const auto holds = [&](const Range& range) {
    const unsigned whole = range.prefix / 8;
    const unsigned rest = range.prefix % 8;
    if (std::memcmp(address.data(), range.network.data(), whole) != 0) return false;
    return rest == 0 || first_bits(address[whole], rest) == first_bits(range.network[whole], rest);
  };
  return std::any_of(ranges_.begin(), ranges_.end(), holds);
}

}  // namespace router::config
