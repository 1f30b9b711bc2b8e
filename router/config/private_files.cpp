#include "config/private_files.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "config/files.h"
#include "config/model.h"
#include "config/validate.h"
#include "config/variables.h"

namespace router::config {
namespace {

std::string without_links(const std::string& path) {
  std::error_code fault;
  auto canonical = std::filesystem::weakly_canonical(path, fault);
  if (!canonical.has_filename()) canonical = canonical.parent_path();
  return fault ? path : canonical.string();
}

void add_missing(const std::vector<std::string>& more, std::vector<std::string>& names) {
  for (const auto& name : more) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

}  // namespace

void PrivateFiles::add(const PrivateFiles& more) {
  add_missing(more.files, files);
  add_missing(more.folders, folders);
  add_missing(more.beginnings, beginnings);
}

PrivateFiles PrivateFiles::inside(const std::string& folder) const {
  const std::string begin = without_links(folder) + "/";
  const auto is_inside = [&](const std::string& path) { return path.starts_with(begin); };
  PrivateFiles inside;
  for (const auto& file : files) {
    auto found = without_links(file);
    if (is_inside(found) || is_inside(file)) inside.files.push_back(file);
    if (found != file && is_inside(found)) inside.files.push_back(std::move(found));
  }
  std::copy_if(beginnings.begin(), beginnings.end(), std::back_inserter(inside.beginnings), is_inside);
  for (const auto& one : folders) {
    if (is_inside(one)) inside.beginnings.push_back(one + "/");
  }
  return inside;
}

PrivateFiles find_private_files(const std::string& descriptor, const Variables& variables,
                                const Configuration& configuration) {
  const auto& directory = configuration.directory;
  const auto& environment = configuration.environment;
  PrivateFiles found;
  for (const auto& name : {descriptor, std::string(kDefaultVariables), std::string(kDefaultServices)}) {
    found.files.push_back(path_in(directory, name));
  }
  const auto add_named = [&](const std::string& files) {
    for (const auto file : base::split(files, ',')) {
      if (const auto name = base::trim(file); !name.empty()) found.files.push_back(path_in(directory, name));
    }
  };
  add_named(environment.tls_key);
  add_named(environment.management_tls_key);
  for (const auto& name : variables.names()) {
    // tokens and keys
    if (name.ends_with("_FILE")) add_named(variables.said(name).value_or(""));
  }
  // what is written beside a file begins with its name
  const auto add_written = [&](const std::string& file) {
    if (!file.empty()) found.beginnings.push_back(without_links(file));
  };
  add_written(environment.log_file);
  add_written(environment.store.file);
  add_written(environment.outbox.file);
  if (!environment.state_directory.empty()) {
    found.folders.push_back(without_links(environment.state_directory));
    add_written(environment.state_directory + "/" + kStateSecret);
  }
  return found;
}

void warn_of_private_files(const PrivateFiles& files, const Configuration& configuration, const Report& report,
                           const Progress& progress) {
  for (const auto& route : configuration.routes) {
    say_progress(progress, "routes whose folders are looked through", route.index, configuration.routes.size());
    const auto* folder = route.folder();
    if (folder == nullptr || files.inside(folder->path).empty()) continue;
    report.warning(route_pointer(route) + "/localDir",
                   {"a folder in which files of the router itself are", "a folder of its own for what is served",
                    "the router's configuration, keys and state are not served"});
  }
}

}  // namespace router::config
