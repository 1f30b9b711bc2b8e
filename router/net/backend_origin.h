// Where a back-end is and how to connect to it. Values; made once per destination.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "http/url.h"

namespace router::net {

struct TlsClientOptions {
  bool verify = true;
  std::string client_certificate;  // PEM, empty = none
  base::Secret client_key;         // PEM
  std::string trusted;             // PEM, authorities trusted besides the others; empty = none

  friend bool operator==(const TlsClientOptions&, const TlsClientOptions&) = default;
};

struct BackendOrigin {
  std::string host;  // name or address, IPv6 without brackets
  std::uint16_t port = 0;
  bool secure = false;
  TlsClientOptions tls;
  std::string proxy_host;  // reached through CONNECT, empty = directly; IPv6 without brackets
  std::uint16_t proxy_port = 0;
  bool is_strict = false;  // a connection waits for its next request for five seconds at most

  // Connections with equal keys are interchangeable. Not for people.
  std::string key;

  // For the log: "host:port", and the proxy on the way there.
  std::string place() const;
};

BackendOrigin make_backend_origin(const http::Url& url, TlsClientOptions tls = {}, std::string proxy_host = {},
                                  std::uint16_t proxy_port = 0);
// Where it is wanted.
BackendOrigin make_strict(BackendOrigin origin, bool is_strict = true);

// A proxy that takes requests themselves, in absolute form (RFC 9112 section 3.2.2), in plain HTTP. Connections of one
// `group` are not used for another.
BackendOrigin make_proxy_origin(const std::string& host, std::uint16_t port, std::string_view group);
// What stands before the path then: "http://host:port", whatever the scheme.
std::string absolute_form_origin(const http::Url& url);

}  // namespace router::net
