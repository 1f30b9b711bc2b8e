// The files that the router itself lives by, which no localDir serves: what it reads its configuration and its secrets
// from, and what it keeps.
//
// Made with each load; a plain value, any thread. Source: docs/contract/descriptor.md, "Static files".
#pragma once

#include <string>
#include <vector>

#include "config/progress.h"

namespace router::config {

struct Configuration;
class Report;
class Variables;

inline constexpr const char* kDefaultVariables = "default-env.json";
inline constexpr const char* kDefaultServices = "default-services.json";
inline constexpr const char* kStateSecret = "session-secret";  // in the state directory

struct PrivateFiles {
  std::vector<std::string> files;    // as they are named; they may be replaced while the router runs
  std::vector<std::string> folders;  // without symbolic links; private with all in them
  // Of paths without symbolic links, which end there or go on with '/', '.' or '-'.
  std::vector<std::string> beginnings;

  // Those that are inside `folder`, of the files what links of now lead to, too; of the folders as `beginnings`, none
  // where the folder itself is in one: then that one is not the router's alone.
  PrivateFiles inside(const std::string& folder) const;
  // Those of `more`, too.
  void add(const PrivateFiles& more);
  bool empty() const { return files.empty() && beginnings.empty(); }
};

// `descriptor`: its name in the configuration's directory. What need not exist is named all the same.
PrivateFiles find_private_files(const std::string& descriptor, const Variables& variables,
                                const Configuration& configuration);
// Of routes whose localDir has such files in it.
void warn_of_private_files(const PrivateFiles& files, const Configuration& configuration, const Report& report,
                           const Progress& progress = {});

}  // namespace router::config
