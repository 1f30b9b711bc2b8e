// What a login changes for the request that made it, and for the sessions that the browser held before.
#pragma once

#include "login/open_session.h"
#include "pipeline/context.h"

namespace router::pipeline {

// The request goes on in the new session, its answer carries the cookie; the back-ends of replaced sessions hear that
// they are over.
void take_opened_session(Context& context, login::OpenedSession opened);

}  // namespace router::pipeline
