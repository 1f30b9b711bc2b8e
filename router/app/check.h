// `xs-router check`: loads a configuration, prints what is wrong with it and says so in the exit code.
//
// Text goes one line per finding to `out`, then a summary; with `json` one JSON object. Opens no port.
// Source: docs/contract/descriptor.md "Start".
#pragma once

#include <iostream>

#include "config/load.h"

namespace router::app {

// 0: usable (warnings are listed), 1: errors.
int check(const config::LoadInput& input, bool json, std::ostream& out = std::cout);

}  // namespace router::app
