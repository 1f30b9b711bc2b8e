// One request to the management port: who asks, what for, and the answer of the route. Any thread.
#pragma once

#include "management/doorkeeper.h"
#include "management/message.h"
#include "management/operations.h"

namespace router::management {

Response serve(const Request& request, Doorkeeper& doorkeeper, Operations& operations);

}  // namespace router::management
