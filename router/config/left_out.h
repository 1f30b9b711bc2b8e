// What the Node router has and this one leaves out: applications from the HTML5 repository, subscriptions,
// on-premise connectivity, HTTP/2 and more. Met in a descriptor, a binding or a variable it gives one warning
// that names it, never silence.
//
// Pure. Source: docs/contract/descriptor.md "Environment variables"; docs/compatibility.md has a line for each.
#pragma once

#include "config/validate.h"

namespace router::config {

void warn_left_out(const Validation& validation);

}  // namespace router::config
