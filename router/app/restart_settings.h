// Settings that are read once, at start: what a reload cannot take over is said by name.
//
// Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "config/model.h"

namespace router::app {

// The variables whose values differ and that hold from the next start on only.
std::vector<std::string_view> changed_for_next_start(const config::Environment& running,
                                                     const config::Environment& wanted);

}  // namespace router::app
