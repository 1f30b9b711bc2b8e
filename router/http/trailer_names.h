// Which fields a trailer may not carry: those that would change framing, routing or identity after these were decided.
// Underscores count as dashes: back-ends may read them so. Threads: any. Source: RFC 9110 section 6.5.1.
#pragma once

#include <string_view>

namespace router::http {

bool is_forbidden_in_trailer(std::string_view name);

}  // namespace router::http
