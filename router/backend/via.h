// By which proxies a request came, so that one that comes round again is noticed (RFC 9110 section 7.6.3).
//
// This process calls itself by a name of its own, made at random when it starts: other routers of a chain, or
// of a set behind one address, are no loop. Any thread.
#pragma once

#include <string>

#include "http/message.h"

namespace router::backend {

// What this hop adds to the Via fields that the request already has.
void write_via(const http::Request& request, std::string& out);
// It has been sent by this process.
bool went_through_here(const http::Headers& headers);

}  // namespace router::backend
