// Who a request comes from, as far as trusted proxies say: what the log, the limits and the throttles go by.
//
// All x-forwarded-for fields are one list (RFC 9110 section 5.3), read from the right: each proxy writes whom
// it saw at the end. The first hop that is no proxy of ours is the client. What is no address ends the walk:
// it is nobody's word. The default TRUSTED_PROXIES hold every private address, clients' too, so where no hop
// is a stranger's only the right-most one counts, which a proxy has seen; named proxies are walked through.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/ip_ranges.h"
#include "http/headers.h"

namespace router::pipeline {

struct TrustedProxies {
  const config::IpRanges& ranges;
  bool are_named;  // by TRUSTED_PROXIES, not by default
};

// `peer`: of the connection, one of the proxies.
std::string client_address(const http::Headers& headers, std::string_view peer, const TrustedProxies& proxies);

}  // namespace router::pipeline
