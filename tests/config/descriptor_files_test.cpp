// Every descriptor in tests/data/config: valid-*.json loads, invalid-*.json and warning-*.json say exactly
// what their .expected file says.
#include <doctest/doctest.h>

#include <sstream>

#include "config/config_fixture.h"

namespace router::config::test::descriptor_files_test {
namespace {

std::vector<std::string> descriptors(const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kData)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kind + "-") && name.ends_with(".json")) names.push_back(name);
  }
  return names;
}

std::string expected_text(const std::string& descriptor) {
  const std::string name = kData + "/" + descriptor.substr(0, descriptor.size() - 5) + ".expected";
  std::ifstream in(name, std::ios::binary);
  REQUIRE_MESSAGE(in, name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("descriptors: an invalid one is refused with file, pointer, line, column and what was expected") {
  const auto names = descriptors("invalid");
  CHECK(names.size() >= 100);
  for (const std::string& name : names) {
    CAPTURE(name);
    const LoadResult result = load_data(name);
    CHECK(result.configuration == nullptr);
    CHECK(result.issues.has_errors());
    CHECK(to_text(result.issues) == expected_text(name));
  }
}

TEST_CASE("descriptors: a doubtful one loads with warnings") {
  for (const std::string& name : descriptors("warning")) {
    CAPTURE(name);
    const LoadResult result = load_data(name);
    CHECK(result.configuration != nullptr);
    CHECK(to_text(result.issues) == expected_text(name));
  }
}

TEST_CASE("descriptors: a valid one loads") {
  const auto names = descriptors("valid");
  CHECK(names.size() >= 10);
  for (const std::string& name : names) {
    CAPTURE(name);
    const LoadResult result = load_data(name);
    CHECK(errors_of(result).empty());
    CHECK(result.configuration != nullptr);
  }
}

}  // namespace
}  // namespace router::config::test::descriptor_files_test
