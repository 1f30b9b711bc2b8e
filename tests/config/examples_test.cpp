// The directories of examples/ are what users copy: each loads without a fault and has what its README promises.
#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

#include "config/config_fixture.h"

namespace router::config::test::examples_test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> examples() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(ROUTER_SOURCE_DIR "/examples")) {
    if (entry.is_directory()) found.push_back(entry.path());
  }
  return found;
}

TEST_CASE("examples: each one loads without errors or warnings, with the secret that its README takes from the demo") {
  const auto found = examples();
  CHECK(found.size() == 8);
  for (const auto& directory : found) {
    CAPTURE(directory.string());
    const LoadResult result =
        load({.directory = directory.string(), .environment = {{"OIDC_CLIENT_SECRET", "a-secret"}}});
    for (const Issue& issue : result.issues.sorted()) CHECK_MESSAGE(issue.severity == Severity::info, to_text(issue));
    REQUIRE(result.configuration != nullptr);
    CHECK_FALSE(result.configuration->routes.empty());
    CHECK(fs::exists(directory / "README.md"));
  }
}

}  // namespace
}  // namespace router::config::test::examples_test
