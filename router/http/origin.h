// Origins as browsers send them, and rules that say which of them are allowed.
//
// One kind of rule for CORS, WS_ALLOWED_ORIGINS and CJ_PROTECT_WHITELIST, so that they cannot differ. Values; any
// thread. Source: RFC 6454 section 6.2; README of @sap/approuter, "Cross-Origin Resource Sharing configuration".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/url.h"

namespace router::http {

// scheme://host[:port] and nothing else; absent for "null", and for whatever has a path.
std::optional<Url> parse_origin(std::string_view text);

struct OriginRule {
  std::string scheme;                 // http or https; empty: any
  std::string host;                   // lower case: a name, *.example.com for all below it, or * for any
  std::optional<std::uint16_t> port;  // absent: any

  bool allows(const Url& origin) const;
  friend bool operator==(const OriginRule&, const OriginRule&) = default;
};

bool any_allows(const std::vector<OriginRule>& rules, const Url& origin);

}  // namespace router::http
