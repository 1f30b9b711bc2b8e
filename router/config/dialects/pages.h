// What more than one dialect says: pages at which a logout ends, and URIs that clients have registered. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/report.h"

namespace router::config {

// A path of ours, or an absolute http(s) URL; everything else is reported, empty is none.
// The path, without query, if it is one of ours; else absent.
std::optional<std::string> check_landing_page(const Report& report, const std::string& pointer,
                                              const std::string& page);

// Absolute URIs, of schemes of their own too, as native applications have them.
void check_redirect_uris(const Report& report, const std::string& pointer, const std::vector<std::string>& uris);

}  // namespace router::config
