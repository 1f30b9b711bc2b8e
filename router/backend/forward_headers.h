// Which header fields cross the router, and which it sets.
//
// Of requests they are written straight into one string, no allocation per field: Host, Connection, TE, Upgrade, Expect
// and everything end-to-end; the caller writes the first line, the framing fields (Content-Length, Transfer-Encoding)
// and the empty line. Of answers they stay fields, which refer to the back-end's head. Names are judged in
// every spelling, case and "_" for "-": back-ends behind CGI or WSGI cannot tell them apart. Pure; any
// thread. Source: docs/contract/http.md "Forwarding"; RFC 9110 section 7.6; docs/contract/oidc.md 113, 114, 119;
// h1_cases.json H041, H066, H237, H238.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/cookie_jar.h"
#include "backend/request_facts.h"
#include "config/model.h"

namespace router::backend {

// x-tenant-id of a service that knows the router by its certificate: what the user's token said, else the binding's own,
// where the host is no other tenant's. `user`: null where nobody is signed in. `of_host`: http::External::tenant. Empty:
// nobody knows it.
std::string tenant_id(const config::ServiceClient& service, const session::Session* user, std::string_view of_host);

struct RequestForward {
  const RequestFacts& facts;
  const config::Destination& destination;
  const session::CookieNames& own_cookies;
  // The route asks for authentication and authenticationMethod is not none.
  bool authenticated = false;
  std::span<const std::string> forwarded_identity = {};  // FORWARD_IDENTITY_HEADERS
  // The route is authenticated and has csrfProtection: x-csrf-token is between the browser and the router.
  bool csrf_is_ours = false;
  JarScope scope;
};

// "Name: value\r\n" of every field, appended to `out`.
void write_request_headers(const RequestForward& forward, std::string& out);

struct ResponseForward {
  // responseHeaders and httpHeaders: a back-end's field is left out where one of them overrides it; whoever completes
  // the head writes the configured one.
  const std::vector<config::ResponseHeader>& configured;
  bool csrf_is_ours = false;
  bool cors_is_ours = false;       // a back-end's own CORS fields would contradict the router's
  const SetCookies& cookies;       // sorted: only to_browser is written
  std::string_view location = {};  // instead of the back-end's; empty: as it is
};

// Connection, Upgrade and the framing fields are the caller's. The result refers to `answer` and `forward`.
http::Fields forwarded_fields(const http::Headers& answer, const ResponseForward& forward);
// Of a 1xx answer, or a trailer section: no cookies, no tokens, nothing that the router decides about. The result refers
// to `answer`.
http::Fields plain_fields(const http::Headers& answer);

// Of a request's trailer fields, those that the router does not decide about (hop-by-hop, framing, forwarding,
// identity).
void write_trailers(const http::Headers& trailers, const session::CookieNames& own, std::string& out);

}  // namespace router::backend
