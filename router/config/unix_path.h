// A Unix socket where an address may be, as "unix:PATH". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace router::config {

inline constexpr std::string_view kUnixPrefix = "unix:";

// Absent: it is an address.
inline std::optional<std::string> unix_path(std::string_view bind) {
  if (!bind.starts_with(kUnixPrefix)) return std::nullopt;
  return std::string(bind.substr(kUnixPrefix.size()));
}

}  // namespace router::config
