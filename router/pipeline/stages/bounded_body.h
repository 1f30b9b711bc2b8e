// The body of a request that the router answers itself.
//
// Read on the request's loop; `exchange` outlives the Task. Errors: those of the exchange.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "net/exchange.h"

namespace router::pipeline {

// Stops once it has more than `most` bytes, so that a longer body can be told.
base::Task<base::Result<std::string>> read_bounded_body(net::Exchange& exchange, std::size_t most);

}  // namespace router::pipeline
