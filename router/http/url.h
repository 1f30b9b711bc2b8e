// Absolute http(s)/ws(s) URLs and their parts.
//
// Strict: no user information, host is a name (letters, digits, "-", ".", "_", "~"; nothing percent-encoded,
// no sub-delims, which no DNS name has), IPv4 or [IPv6], port 1..65535, no control character, space, quote,
// angle bracket, backslash or raw non-ASCII anywhere. A fragment is kept apart: who cannot use one looks for
// it. A host whose last label is a number must be IPv4, as browsers have it.
// Source: RFC 3986, RFC 9110 section 4.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace router::http {

struct Url {
  std::string scheme;                   // lower case: http, https, ws, wss
  std::string host;                     // lower case; IPv6 with brackets
  std::uint16_t port = 0;               // the default of the scheme when none was written
  bool default_port = true;             // `port` is the default of the scheme, written or not
  std::string path;                     // "" or starts with /
  std::optional<std::string> query;     // without ?
  std::optional<std::string> fragment;  // without #

  bool secure() const { return scheme == "https" || scheme == "wss"; }
  // host, with the port where it is not the default one: the Host field
  std::string authority() const;
  // scheme://authority
  std::string origin() const;
  std::string path_and_query() const;  // "/" for an empty path
  std::string to_string() const;
};

// Absent if `text` is not such a URL.
std::optional<Url> parse_url(std::string_view text);

// host[:port] as in a Host field.
struct HostPort {
  std::string host;  // lower case
  std::optional<std::uint16_t> port;
  // host[:port], as it was but for the case
  std::string to_string() const;
};
std::optional<HostPort> parse_host(std::string_view text);

// One label of a name in lower case, as it may become a part of hosts: letters, digits and "-" within, 63 bytes at most.
bool is_dns_label(std::string_view text);

// Whether `text` starts like an absolute http(s) URL (scheme and //).
bool is_absolute_http(std::string_view text);

}  // namespace router::http
