// Query strings, kept byte for byte.
//
// Logout carries the client's query to the landing page "as is" (docs/contract/logout.md section 1), so nothing here
// re-encodes. Names are compared after percent-decoding, as every server behind us will.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace router::http {

struct QueryParameter {
  std::string_view raw;              // "siteId=3" as it was sent
  std::string name;                  // decoded (form encoding); a malformed escape is kept literally
  std::optional<std::string> value;  // decoded likewise; absent without "="
};

// Without the leading "?". Empty pieces ("a&&b") are dropped.
std::vector<QueryParameter> parse_query(std::string_view query);

// The value of the first parameter of that name; empty where it has no "=".
std::optional<std::string> query_value(std::string_view query, std::string_view name);
bool query_has(std::string_view query, std::string_view name);

// The query without the parameters that `drop` selects, every other byte as it was.
std::string query_without(std::string_view query, const std::function<bool(const QueryParameter&)>& drop);

// Joins `query` to a path or URL: with "?" or "&", before any "#fragment". An empty query changes nothing.
std::string append_query(std::string_view url, std::string_view query);

// "name=value" with percent encoding.
std::string query_pair(std::string_view name, std::string_view value);

}  // namespace router::http
