// Asks the management port of a router, from a command. Blocks; at most some seconds.
//
// `url`: http://host:port, https://host:port or unix:PATH. Source: docs/contract/operations.md "Command
// line".
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace router::management {

// The body of a 200. `target`: path and query. Errors: unavailable (nobody answers), refused (401, 403),
// not_found (404), protocol (another status); each in words for people.
base::Result<std::string> get(const std::string& url, const std::string& target, const base::Secret& token);

}  // namespace router::management
