#include "http/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace router::http {
namespace {

constexpr std::size_t kMaxHostLength = 255;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Every Host field is looked at.
constexpr std::array<bool, 256> kIsHostByte = [] {
  std::array<bool, 256> is{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~")) {
    is[static_cast<unsigned char>(c)] = true;
  }
  return is;
}();
bool is_host_character(char c) { return kIsHostByte[static_cast<unsigned char>(c)]; }

bool is_address(int family, std::string_view text) {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(family, std::string(text).c_str(), address) == 1;
}

// Whether browsers would take the host for an IPv4 address, for example 127.1 or 0x7f000001.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto last = host.substr(host.rfind('.') + 1);
  if (last.empty() || !is_digit(last.front())) return false;
  const bool hexadecimal = last.starts_with("0x") || last.starts_with("0X");
  return hexadecimal || std::all_of(last.begin(), last.end(), is_digit);
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostLength) return false;
  char before = '.';
  for (const char c : host) {
    if (!is_host_character(c) || (c == '.' && before == '.')) return false;
    before = c;
  }
  return !ends_in_number(host) || is_address(AF_INET, host);
}

bool is_bracketed_ipv6(std::string_view host) {
  return host.size() > 2 && host.size() <= kMaxHostLength && host.front() == '[' && host.back() == ']' &&
         is_address(AF_INET6, host.substr(1, host.size() - 2));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  const auto number = base::parse_unsigned(text);
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::optional<std::uint16_t> default_port_of(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return std::uint16_t{80};
  if (scheme == "https" || scheme == "wss") return std::uint16_t{443};
  return std::nullopt;
}

bool is_url_character(char c) { return c > ' ' && c < 0x7F && c != '\\' && c != '"' && c != '<' && c != '>'; }

}  // namespace

std::string HostPort::to_string() const { return port ? host + ":" + std::to_string(*port) : host; }

std::optional<HostPort> parse_host(std::string_view text) {
  const auto colon = text.starts_with('[') ? text.find(':', text.find(']')) : text.find(':');
  const auto host = text.substr(0, colon);
  if (!is_host_name(host) && !is_bracketed_ipv6(host)) return std::nullopt;
  HostPort result{base::to_lower(host), std::nullopt};
  if (colon != std::string_view::npos) {
    result.port = parse_port(text.substr(colon + 1));
    if (!result.port) return std::nullopt;
  }
  return result;
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
}

bool is_absolute_http(std::string_view text) {
  return base::equals_ignoring_case(text.substr(0, 7), "http://") ||
         base::equals_ignoring_case(text.substr(0, 8), "https://");
}

std::optional<Url> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end > 5) return std::nullopt;
  Url url;
  url.scheme = base::to_lower(text.substr(0, scheme_end));
  const auto scheme_port = default_port_of(url.scheme);
  if (!scheme_port) return std::nullopt;

  auto rest = text.substr(scheme_end + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  auto host = parse_host(authority);
  if (!host || !std::all_of(rest.begin(), rest.end(), is_url_character)) return std::nullopt;
  url.host = std::move(host->host);
  url.port = host->port.value_or(*scheme_port);
  url.default_port = url.port == *scheme_port;

  const auto [before_fragment, fragment] = base::cut(rest, '#');
  const auto [path, query] = base::cut(before_fragment, '?');
  url.path = path;
  if (query) url.query = std::string(*query);
  if (fragment) url.fragment = std::string(*fragment);
  return url;
}

std::string Url::authority() const { return default_port ? host : host + ":" + std::to_string(port); }

std::string Url::origin() const { return scheme + "://" + authority(); }

std::string Url::path_and_query() const {
  std::string out = path.empty() ? "/" : path;
  if (query) out.append("?").append(*query);
  return out;
}

std::string Url::to_string() const {
  std::string out = origin() + path;
  if (query) out.append("?").append(*query);
  if (fragment) out.append("#").append(*fragment);
  return out;
}

}  // namespace router::http
