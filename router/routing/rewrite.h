// From the client's path to the back-end's, and back.
//
// The part of the path that a route's source matched is replaced by its `target`, as String.replace of
// ECMAScript does: $1 to $15, $<name>, $&, $`, $', $$. Without a target the path goes on as it is.
// Pure functions; any thread. `match` is what RouteTable::find answered for the same target.
// Source: docs/contract/descriptor.md, "Matching"; behaviour of @sap/approuter, README "Routes".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/pattern.h"
#include "base/result.h"
#include "config/model.h"
#include "http/target.h"
#include "http/url.h"

namespace router::routing {

// Path and query relative to the destination (or to localDir); begins with one "/". The query of the request is
// appended, unless the route matches, and so rewrites, the whole URL.
// Errors: bad_request, where the captures put together a path that parse_target refuses (source `^/a(.*)$`,
// target `/$1`, path `/a../b`).
base::Result<std::string> rewrite(const config::Route& route, const base::Pattern::Match& match,
                                  const http::Target& target);

// Whether the route takes the path with a slash behind it, too, and rewrites it to the same with a slash behind it:
// "^/ui(.*)$" to "$1" does, "^/ui$" and "^/ui.*" to "/" do not. Errors: overloaded, as RouteTable::find.
base::Result<bool> keeps_slash_behind(const config::Route& route, const base::Pattern::Match& match,
                                      const http::Target& target);

// The name of the destination, with $1 replaced; "*" is the first group of `host_pattern`
// (DESTINATION_HOST_PATTERN, may be null) in `host`. Absent if that leaves no name, or the route has no
// destination.
base::Result<std::optional<std::string>> destination_name(const config::Route& route, const base::Pattern::Match& match,
                                                          const http::Target& target, std::string_view host,
                                                          const base::Pattern* host_pattern);

// The path of a destination's URL followed by what rewrite() answered, with one slash between them.
std::string join_paths(std::string_view base_path, std::string_view rewritten);

// The same for a whole URL: its query comes first.
std::string join_paths(const http::Url& base, std::string_view rewritten);

// For rewriteLocation: the client's path that `route` maps to `path` below `base_path`; `path` without query.
// Absent if the route cannot be inverted: it can where the source is ^literal, or ^literal(group)$, and the
// target is a literal, or a literal and $1.
std::optional<std::string> invert(const config::Route& route, std::string_view base_path, std::string_view path);

}  // namespace router::routing
