// The fields of a message that was read, or that the router makes as a whole. Fields by their older name.
#pragma once

#include "http/fields.h"

namespace router::http {

using Headers = Fields;

}  // namespace router::http
