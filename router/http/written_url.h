// URLs as people write them into a configuration, put right as browsers and Node do.
//
// Blanks around it go, and so do user, password and fragment; backslashes are slashes, any number of slashes
// may follow the scheme; what no URL may hold (blanks, quotes, letters beyond ASCII) is escaped. The query
// stays. Never for what comes from clients. Pure; any thread. Source: WHATWG URL, "basic URL parser";
// docs/contract/descriptor.md "As people write them".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/url.h"

namespace router::http {

// Absent if there is no http(s) or ws(s) URL in it.
std::optional<Url> parse_written_url(std::string_view text);

// `text` without the white space around it.
std::string_view without_blanks(std::string_view text);
// Each byte that no path, query or fragment may hold as %XX; a % stays.
std::string escape_unusable(std::string_view text);

}  // namespace router::http
