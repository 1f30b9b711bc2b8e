// An explanation for people: a line a fact, indented; lists of facts a line an entry.
//
//   request           GET /orders/17
//   route
//     source          ^/orders/(.*)$
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace router::app {

std::string explanation_text(const nlohmann::ordered_json& explanation);

}  // namespace router::app
