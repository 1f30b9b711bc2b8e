// The request target: checked and normalised once, then matched, authorised, rewritten and forwarded as one
// string.
//
// Rules (docs/contract/http.md, "One path"): unreserved escapes decoded; any spelling of a dot segment, raw backslash,
// %00, control characters, raw non-ASCII, malformed, overlong or non-UTF-8 escapes, a segment that is . or ..
// after a second decoding, and a path that begins with // are refused. %2F, %5C and double encodings inside a
// segment stay. Escapes that stay keep their bytes.
// The query is not touched; control characters and spaces in it are refused.
// Methods are judged elsewhere: CONNECT and TRACE are answered before their target is read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace router::http {

struct Target {
  std::string path;        // normalised, begins with "/"; "*" for OPTIONS *
  std::string query;       // raw, without "?"
  bool has_query = false;  // "/a?" has an empty one
  std::string authority;   // host[:port] of an absolute-form target, lower case; else empty
  // path, "?" and query as they are forwarded
  std::string path_and_query() const;
};

// Errors: bad_request (not a valid target).
base::Result<Target> parse_target(std::string_view method, std::string_view raw);

// The path rules alone; also used for paths from the configuration and for return URLs.
base::Result<std::string> normalise_path(std::string_view raw_path);

// Whether a path that was put together from checked parts (rewriting) is still one that parse_target would
// take; leading slashes are not counted: "/a/(.*)" to "$1" may make "//" of "/a//".
base::Result<void> check_rewritten_path(std::string_view path);

}  // namespace router::http
