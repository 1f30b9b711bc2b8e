// JSON objects as JOSE and OAuth demand them: one object, UTF-8, names unique, nesting bounded.
//
// Duplicate names are refused rather than resolved, because two readers of one token must never see two
// different claims. Pure; any thread. Source: RFC 7515 section 4, RFC 7519 section 4, RFC 8725 section 2.4.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace router::crypto {

inline constexpr std::size_t kMaxJsonDepth = 32;

// Absent if `text` is anything else. The caller bounds the length.
std::optional<nlohmann::json> parse_json_object(std::string_view text);

}  // namespace router::crypto
