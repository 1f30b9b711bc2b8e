// How the request looks from outside: behind a trusted proxy that is not what the socket says.
//
// Made once per request by pipeline/stages/sanitize from the connection, TRUSTED_PROXIES and x-forwarded-*;
// used wherever the router builds an absolute URL or decides on `Secure`.
#pragma once

#include <string>

#include "http/headers.h"

namespace router::http {

struct External {
  std::string scheme = "http";  // http or https
  std::string authority;        // host[:port] the browser sees
  std::string client_address;   // of the client (pipeline/client_address.h)
  std::string peer_address;     // of the TCP connection
  bool peer_trusted = false;    // the peer is in TRUSTED_PROXIES
  std::string path_prefix;      // what a proxy took off the browser's path, without a slash at its end
  // What TENANT_HOST_PATTERN takes out of the host, one DNS label; where it does not match, the subdomain of the
  // binding's own subaccount, if that is known. Empty: no such pattern.
  std::string tenant;
  bool host_names_tenant = false;  // that was in the host

  bool secure() const { return scheme == "https"; }
  std::string origin() const { return scheme + "://" + authority; }
};

// What all x-forwarded-for fields say, as one list (RFC 9110 section 5.3).
std::string forwarded_for(const Headers& headers);
// The same for the next hop: with the peer at its end; a peer that is not trusted is all there is.
std::string client_chain(const Headers& headers, const External& external);

}  // namespace router::http
