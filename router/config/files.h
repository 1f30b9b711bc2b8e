// Files and folders that the configuration names. Only asks the file system and reads; writes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/report.h"

namespace router::config {

// The folder `name` inside `directory`, as an absolute path without symbolic links. Absent (reported at
// `pointer`) if it is missing or lies elsewhere.
std::optional<std::string> find_folder(const std::string& directory, const std::string& name, const Report& report,
                                       const std::string& pointer);
// The same for a file.
std::optional<std::string> find_file(const std::string& directory, const std::string& name, const Report& report,
                                     const std::string& pointer);

// `name` as seen from `directory`, without dot segments; nothing is looked up.
std::string path_in(const std::string& directory, std::string_view name);

bool file_exists(const std::string& path);
// Absent, with a reason, if it cannot be read or is over `max_bytes`.
std::optional<std::string> read_whole_file(const std::string& path, std::size_t max_bytes, std::string& reason);

}  // namespace router::config
