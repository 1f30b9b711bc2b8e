// The literal text that everything a route's source matches begins with, so that most routes are ruled out
// without running their regular expression.
//
//   ^/app1/(.*)$  ->  "/app1/"     ^/a|^/b  ->  ""     /app  ->  ""
//
// Careful rather than clever: whatever could make the text optional, or is rare, gives "".
// Pure; any thread. Source: pcre2pattern(3).
#pragma once

#include <string>
#include <string_view>

namespace router::routing {

std::string literal_prefix(std::string_view source);

}  // namespace router::routing
