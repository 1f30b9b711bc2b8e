#include "config/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace router::config {
namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& inner, const fs::path& outer) {
  const fs::path way = inner.lexically_relative(outer);
  return !way.empty() && *way.begin() != "..";
}

std::optional<std::string> find(const std::string& directory, const std::string& name, const Report& report,
                                const std::string& pointer, bool folder) {
  std::error_code fault;
  const fs::path root = fs::weakly_canonical(directory, fault);
  const fs::path path = fs::weakly_canonical(root / name, fault);
  const char* what = folder ? "a folder" : "a file";
  const auto is_there = [&](const fs::path& place) {
    return is_inside(place, root) && (folder ? fs::is_directory(place, fault) : fs::is_regular_file(place, fault));
  };
  if (is_there(path)) return path.string();
  // "/web" for "web", as the Node router takes it
  const std::string relative = name.substr(std::min(name.find_first_not_of('/'), name.size()));
  const fs::path below = fs::weakly_canonical(root / relative, fault);
  if (relative != name && !relative.empty() && is_there(below)) {
    report.warning(pointer, {show(std::string_view(name)), show(std::string_view(relative)), "it is taken so"});
    return below.string();
  }
  if (!is_inside(path, root)) {
    report.error(pointer, {show(std::string_view(name)) + ", which is outside the directory of the descriptor",
                           std::string(what) + " inside it",
                           "copy it there when you build, or move xs-app.json up into a directory that holds both"});
    return std::nullopt;
  }
  report.error(pointer, {show(std::string_view(name)) + ", which does not exist", std::string(what) + " that exists"});
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_folder(const std::string& directory, const std::string& name, const Report& report,
                                       const std::string& pointer) {
  return find(directory, name, report, pointer, true);
}

std::optional<std::string> find_file(const std::string& directory, const std::string& name, const Report& report,
                                     const std::string& pointer) {
  return find(directory, name, report, pointer, false);
}

std::string path_in(const std::string& directory, std::string_view name) {
  return (fs::path(directory) / name).lexically_normal().string();
}

bool file_exists(const std::string& path) {
  std::error_code fault;
  return fs::exists(path, fault);
}

std::optional<std::string> read_whole_file(const std::string& path, std::size_t max_bytes, std::string& reason) {
  std::error_code fault;
  if (!fs::is_regular_file(path, fault)) {
    reason = fs::exists(path, fault) ? "it is not a file" : "there is none";
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    reason = std::strerror(errno);
    return std::nullopt;
  }
  std::string text;
  char buffer[64 * 1024];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_bytes) {
      reason = "it is over " + std::to_string(max_bytes) + " bytes";
      return std::nullopt;
    }
  }
  return text;
}

}  // namespace router::config
