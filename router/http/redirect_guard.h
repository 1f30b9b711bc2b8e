// Which redirect targets are safe to send a browser to.
//
// Source: CWE-601; docs/contract/oidc.md 70 and 74; docs/contract/logout.md section 2 (trustedUrls).
#pragma once

#include <string_view>

namespace router::http {

// A path on this origin: begins with exactly one slash, in whatever encoding the next character is; a path
// that parse_target takes; printable ASCII, so no control characters and no raw backslash. Query and fragment
// are allowed.
bool is_safe_return_path(std::string_view target);

// Scheme, host, port, path and query are compared part by part, so that a wildcard in the host cannot reach
// into the path. `*` matches any run of characters but "?" in its part; the scheme is explicit; a missing
// port is the default one on both sides; a missing path is "/"; the query of `url` counts only if the pattern
// spells one, its fragment never. False for whatever is no such URL or pattern.
bool matches_trusted_url(std::string_view pattern, std::string_view url);

}  // namespace router::http
