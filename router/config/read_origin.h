// {"host": "*.example.com", "protocol": "https", "port": 8443} -> http::OriginRule, as CORS, WS_ALLOWED_ORIGINS and
// CJ_PROTECT_WHITELIST spell their rules. A bad member is reported and the rule is absent. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/variables.h"
#include "http/origin.h"

namespace router::config {

std::optional<http::OriginRule> read_origin(const json& value, const Report& report);
// A variable that holds an array of them.
std::vector<http::OriginRule> read_origin_list(const Variables& variables, std::string_view name);

}  // namespace router::config
