// From the path of a request to the name of a file below a folder: what may be asked for at all.
//
// Refused are names that begin with a dot (but for .well-known, RFC 8615), and segments in which an escape
// hides a slash, a backslash or a NUL. Whether the file exists, and lies inside the folder, is
// backend/file_root's business. Pure; any thread. Source: docs/contract/descriptor.md, "Static files".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace router::backend {

struct StaticPath {
  std::string file;           // relative, segments decoded, no slash at either end; "" = the folder itself
  bool names_folder = false;  // the path ends with a slash
};

// `url_path` is a rewritten path without query. Empty segments are left out: a target such as "/$1" makes
// them. Absent: nothing that may be served has that name.
std::optional<StaticPath> static_path(std::string_view url_path);

}  // namespace router::backend
