// outgoingRequestOptions of the descriptor and the variable OUTGOING_REQUEST_OPTIONS, which wins: how long the router
// waits for the services that it calls itself.
//
//   {"html5-apps-repo": {"timeout": 5000}, "destination": {"timeout": 5000}, "xsuaa": {"timeout": 3000}}
//
// Milliseconds; 0 is as if it were not said. Source: README of @sap/approuter; docs/contract/html5.md section 5.
#pragma once

#include "config/model.h"
#include "config/report.h"
#include "config/variables.h"

namespace router::config {

// `configuration` has its bindings already.
void read_outgoing_options(const json& descriptor, const Report& report, const Variables& variables,
                           Configuration& configuration);

}  // namespace router::config
