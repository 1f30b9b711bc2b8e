#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"

namespace router::base {
namespace {

constexpr std::size_t kPrefix = 12;  // of IPv4 inside IPv6
constexpr std::size_t kHome = 8;
constexpr std::array<std::uint8_t, kPrefix> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
// IPv4 behind a translator, 64:ff9b::/96: a /64 there would be the whole of IPv4
constexpr std::array<std::uint8_t, kPrefix> kTranslated = {0, 0x64, 0xFF, 0x9B};

bool begins_with(const IpAddress::Bytes& bytes, const std::array<std::uint8_t, kPrefix>& prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_port(std::string_view text) {
  const auto port = parse_unsigned(text);
  return port && *port <= 65535;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string address(cut(text, '%').before);
  Bytes bytes{};
  if (address.find(':') != std::string::npos && inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1)
    return IpAddress(bytes);
  if (inet_pton(AF_INET, address.c_str(), bytes.data() + kPrefix) != 1) return std::nullopt;
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  return IpAddress(bytes);
}

std::optional<IpAddress> IpAddress::parse_hop(std::string_view text) {
  if (text.starts_with('[')) {
    const auto [inside, rest] = cut(text.substr(1), ']');
    if (!rest || (!rest->empty() && (rest->front() != ':' || !is_port(rest->substr(1))))) return std::nullopt;
    return inside.find(':') == std::string_view::npos ? std::nullopt : parse(inside);
  }
  const auto [host, port] = cut(text, ':');
  const bool has_one_colon = port && port->find(':') == std::string_view::npos;
  if (!has_one_colon) return parse(text);
  return is_port(*port) ? parse(host) : std::nullopt;
}

bool IpAddress::is_v4() const { return begins_with(bytes_, kMapped); }

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  const bool dotted = is_v4();
  inet_ntop(dotted ? AF_INET : AF_INET6, bytes_.data() + (dotted ? kPrefix : 0), text, sizeof text);
  return text;
}

std::string IpAddress::home() const {
  const bool is_whole = is_v4() || begins_with(bytes_, kTranslated);
  return {reinterpret_cast<const char*>(bytes_.data()), is_whole ? bytes_.size() : kHome};
}

std::string home_of(std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  return parsed ? parsed->home() : std::string(address);
}

}  // namespace router::base
