// The application (agent style) that the request's destination belongs to, if its session has left it; else empty.
//
// Every way of authentication asks it: what belongs to an application that was left needs a new login, whose name
// brings it back. Needs a matched route. Pure. Source: docs/contract/logout.md section 2.
#pragma once

#include <string>

#include "pipeline/request_state.h"

namespace router::pipeline {

std::string left_application(const RequestState& state);

}  // namespace router::pipeline
