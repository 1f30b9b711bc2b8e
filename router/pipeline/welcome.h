// Where "/" leads, of an application "/app" and "/app/": the descriptor's welcomeFile. That is a path, or the absolute
// URL of another server; an application's is always a path of its own.
//
// Source: README of @sap/approuter, "welcomeFile"; docs/contract/html5.md section 1.
#pragma once

#include <string>

#include "pipeline/request_state.h"

namespace router::pipeline {

bool asks_for_welcome_file(const RequestState& state);
// For the browser, with the request's query. Where there is a welcomeFile.
std::string welcome_location(const RequestState& state);
// A page that starts with the handshake for a CSRF token wants its answer here, not behind a redirect: the file becomes
// the request's target.
base::Result<Verdict> take_welcome_file(RequestState& state);

}  // namespace router::pipeline
