// Directories as users write them (tests/data/descriptors): each loads, and each request of its requests.txt
// meets what explain.expected says. With UPDATE_EXPECTED=1 the files are written anew: read the difference
// before you commit it.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/explain.h"

namespace router::app::descriptors_test {
namespace {

const std::string kFolder = ROUTER_TEST_DATA "/descriptors";

std::string read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// METHOD URL -H 'Name: value' ...
ExplainRequest parse_line(const std::string& line) {
  ExplainRequest request;
  std::istringstream words(line);
  words >> request.method >> request.url;
  for (auto at = line.find("-H '"); at != std::string::npos; at = line.find("-H '", at + 1)) {
    request.headers.push_back(line.substr(at + 4, line.find('\'', at + 4) - at - 4));
  }
  return request;
}

std::string explain_all(const std::string& directory) {
  std::ostringstream out;
  std::istringstream requests(read(directory + "/requests.txt"));
  for (std::string line; std::getline(requests, line);) {
    const int code = explain({.directory = directory}, parse_line(line), false, out, out);
    out << "exit " << code << "\n\n";
  }
  return out.str();
}

TEST_CASE("descriptors of users: each directory loads and takes every request where it is expected") {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string directory = entry.path().string();
    CAPTURE(directory);
    const auto loaded = config::load({.directory = directory});
    CHECK(loaded.configuration != nullptr);
    CHECK_MESSAGE(!loaded.issues.has_errors(), to_text(loaded.issues));
    const std::string explained = explain_all(directory);
    const std::string expected = directory + "/explain.expected";
    if (std::getenv("UPDATE_EXPECTED") != nullptr) std::ofstream(expected, std::ios::binary) << explained;
    CHECK(explained == read(expected));
    ++seen;
  }
  CHECK(seen >= 12);
}

}  // namespace
}  // namespace router::app::descriptors_test
