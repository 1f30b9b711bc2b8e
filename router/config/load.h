// Loads the whole configuration of a directory: xs-app.json, default-env.json, default-services.json and the
// environment, checked, as one immutable value; and everything that is wrong with it, at once.
//
// Called at start, by `check`, and for each reload; blocks on small files. No state: any thread.
// Source: docs/contract/descriptor.md "Start" and "Validation".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/issue.h"
#include "config/model.h"
#include "config/private_files.h"
#include "config/progress.h"

namespace router::config {

struct LoadInput {
  std::string directory = ".";
  std::string descriptor = "xs-app.json";          // its name in the directory
  std::map<std::string, std::string> environment;  // of the process
  std::optional<std::uint16_t> port;               // --port; wins over PORT
  Progress progress = {};                          // empty: nobody waits for it
};

struct LoadResult {
  std::shared_ptr<const Configuration> configuration;  // null with errors
  Issues issues;
  PrivateFiles private_files;
  std::string effective;  // what is in force and where it comes from, as JSON without secrets; empty with errors
};

LoadResult load(const LoadInput& input);

// The environment of this process.
std::map<std::string, std::string> process_environment();

}  // namespace router::config
