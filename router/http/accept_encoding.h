// Which content codings a client takes, and which it likes best. Source: RFC 9110 section 12.5.3.
//
// Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "http/headers.h"

namespace router::http {

enum class Coding { br, gzip };

// As in Content-Encoding.
std::string_view to_string(Coding coding);

// The codings that are better for this client than none at all, best first; of equals, br before gzip. Empty
// without an Accept-Encoding field, and where `identity` is preferred to all of them. A weight that cannot be
// read counts as 0.
std::vector<Coding> accepted_codings(const Headers& request);

}  // namespace router::http
