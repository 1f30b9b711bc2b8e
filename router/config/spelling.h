// What the Node router takes although it is not spelt as it is meant ("my/logout" for "/my/logout"), put
// right.
//
// Runs before the schema, so that the schema and all that follows know the right spellings alone. Each value
// that is put right is a warning at its place, with the right spelling. What has none stays as it is, for the
// schema to refuse. Pure. Source: docs/contract/descriptor.md "As people write them".
#pragma once

#include <string>
#include <string_view>

#include "config/report.h"

namespace router::config {

// How the string at a place of the descriptor is put right.
struct SpellingRule {
  std::string_view place;  // a pointer; * = every member
  std::string (*as_meant)(std::string_view);
};

json descriptor_as_meant(const json& descriptor, const Report& report);
// The variables plugins, CORS, and WS_ALLOWED_ORIGINS or CJ_PROTECT_WHITELIST.
json routes_as_meant(const json& list, const Report& report);
json cors_as_meant(const json& list, const Report& report);
json origins_as_meant(const json& list, const Report& report);

// The path of one of the router's own endpoints, as requests have it.
std::string endpoint_as_meant(std::string_view text);
// A page that the browser is sent to: a path of ours, or an absolute http(s) URL.
std::string page_as_meant(std::string_view text);
// The path before others: "am/" is "/am".
std::string prefix_as_meant(std::string_view text);
// One segment of a path: "/abc/" is "abc".
std::string segment_as_meant(std::string_view text);

}  // namespace router::config
