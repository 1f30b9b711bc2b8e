// The overview of the management port as one screen. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace router::app {

// Of /api/overview. `colours`: what is wrong in red, and nothing else.
std::string overview_screen(const nlohmann::ordered_json& overview, bool colours);

}  // namespace router::app
