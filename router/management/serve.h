// One request to the management port: who asks, what for, and the answer of the route. Any thread.
#pragma once

#include <optional>

#include "management/doorkeeper.h"
#include "management/history.h"
#include "management/message.h"
#include "management/operations.h"

namespace router::management {

// What is said to a visitor who may do nothing at all; absent: come in.
std::optional<Response> turn_away(const Visitor& visitor, const Request& request, const Doorkeeper& doorkeeper);

Response serve(const Request& request, Doorkeeper& doorkeeper, Operations& operations, const History& history);

}  // namespace router::management
