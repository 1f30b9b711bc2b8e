// The ids by which a request is found again: in the log, at back-ends, and by who asked.
//
// The client's own where it is usable, else a new one. Unique, not secret. Any thread.
// Source: docs/contract/http.md "Forwarding"; W3C Trace Context, version 00 (sections 3.2, 3.3).
#pragma once

#include <string>

#include "backend/request_facts.h"
#include "http/headers.h"

namespace router::pipeline {

// x-request-id, else x-vcap-request-id, which platforms give: at most 128 visible ASCII characters, no quotes, no
// backslash.
std::string request_id_of(const http::Headers& request);
// x-correlationid, in the same form; empty: the request's id stands for it.
std::string correlation_id_of(const http::Headers& request);
// traceparent; tracestate where that was the client's and both are valid, else none.
void take_trace_context(const http::Headers& request, backend::Trace& trace);

}  // namespace router::pipeline
