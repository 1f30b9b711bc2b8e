// Loads configurations for tests: the descriptors in tests/data/config under one environment, or texts
// written to a directory of their own that goes away with the fixture. One thread.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "config/load.h"

namespace router::config::test {

inline const std::string kData = ROUTER_TEST_DATA "/config";

// What the .expected files were made with.
inline std::map<std::string, std::string> standard_environment() {
  return {{"VCAP_APPLICATION", "{}"},
          {"ALLOWED_HOSTS", "app.example.com"},
          {"OIDC_ISSUER", "https://idp.example.com"},
          {"OIDC_CLIENT_ID", "router"},
          {"destinations", R"([{"name":"backend","url":"http://backend.example.com"},)"
                           R"({"name":"crm","url":"https://crm.example.com"}])"}};
}

inline LoadResult load_data(const std::string& descriptor) {
  return load({.directory = kData, .descriptor = descriptor, .environment = standard_environment()});
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "xs-router-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((std::filesystem::path(path_) / name).parent_path());
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
  }
  const std::string& path() const { return path_; }
  LoadResult load(std::map<std::string, std::string> environment = {}) const {
    return config::load({.directory = path_, .environment = std::move(environment)});
  }

 private:
  std::string path_;
};

// An empty descriptor under these variables; ALLOWED_HOSTS is set so that nothing else is to be said.
inline LoadResult load_variables(std::map<std::string, std::string> variables, const std::string& descriptor = "{}") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", descriptor);
  variables.emplace("ALLOWED_HOSTS", "app.example.com");
  variables.emplace("VCAP_APPLICATION", "{}");
  return directory.load(std::move(variables));
}

// The errors alone, one line each.
inline std::string errors_of(const LoadResult& result) {
  std::string text;
  for (const Issue& issue : result.issues.sorted()) {
    if (issue.severity == Severity::error) text += to_text(issue) + "\n";
  }
  return text;
}

}  // namespace router::config::test
