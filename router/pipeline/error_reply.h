// The one place where an Error becomes a status and a page.
//
// Pages carry the request id and a sentence for people; never a stack, a path or an internal host
// (docs/contract/http.md).
#pragma once

#include <optional>

#include "base/error.h"
#include "http/message.h"
#include "pipeline/context.h"

namespace router::pipeline {

int status_of(const base::Error& error);

// A page for a browser, a line of text for everybody else.
http::Response error_response(const Context& context, const base::Error& error);
// Where errorPage sends a person instead of showing that error; absent: nowhere. Scripts get the error itself.
std::optional<http::Response> error_redirect(const Context& context, const http::Response& response);
// For a request that could not even be read: no page of ours, the peer is hardly a browser.
http::Response refusal_response(const base::Error& error);
// What the descriptor says about errors that the router itself makes: errorPage and RETURN_ERROR_SOURCE. Answers of
// APIs (JSON) keep their body. Nothing of the request gets into a page.
void dress_error(const config::Configuration& config, http::Response& response);

}  // namespace router::pipeline
