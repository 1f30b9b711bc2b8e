// How the request looks from outside: behind a trusted proxy that is not what the socket says.
//
// Made once per request by pipeline/stages/sanitize from the connection, TRUSTED_PROXIES and x-forwarded-*; used
// wherever the router builds an absolute URL or decides on `Secure`.
#pragma once

#include <string>

namespace router::http {

struct External {
  std::string scheme = "http";  // http or https
  std::string authority;        // host[:port] the browser sees
  std::string client_address;   // of the client: first untrusted hop
  std::string peer_address;     // of the TCP connection
  bool peer_trusted = false;    // the peer is in TRUSTED_PROXIES
  // What TENANT_HOST_PATTERN takes out of the host, one DNS label; empty: no such pattern, or it does not match.
  std::string tenant;

  bool secure() const { return scheme == "https"; }
  std::string origin() const { return scheme + "://" + authority; }
};

}  // namespace router::http
