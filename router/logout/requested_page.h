// The landing page that a logout request names itself, with `logout.gotoParameter`.
//
// Trusted are paths of ours, URLs at our origin or the identity provider's, and those that `trustedUrls`
// matches; anything else, and a name that comes twice with different values, is no landing page (CWE-601).
// Pure. Source: docs/contract/logout.md section 2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"

namespace router::logout {

struct RequestedPage {
  std::optional<std::string> page;     // trusted
  std::optional<std::string> refused;  // asked for, and not trusted: for the log
};

// `origins`: the router's own and the providers', lower case.
RequestedPage requested_page(const config::Logout& logout, std::string_view query,
                             const std::vector<std::string>& origins);

// The query without the parameter.
std::string without_requested_page(const config::Logout& logout, const std::string& query);

}  // namespace router::logout
