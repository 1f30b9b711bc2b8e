// The body of a request as one string: for requests that the router answers itself, and for those whose
// sender is slow.
//
// Read on the request's loop; `exchange` outlives the Task. Errors: those of the exchange.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "net/exchange.h"

namespace router::net {

// Stops once it has more than `most` bytes, so that a longer body can be told.
base::Task<base::Result<std::string>> read_bounded_body(Exchange& exchange, std::size_t most);

}  // namespace router::net
