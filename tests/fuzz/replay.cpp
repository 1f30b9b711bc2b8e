// router_fuzz_replay [CORPUS]: every corpus file, and every beginning of it, through its fuzz target, without
// libFuzzer. CORPUS has one folder per target. One line per target; ends like the target does if something
// does not hold, with 1 if a target has no corpus.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"

// One declaration and one row for each target of CMakeLists.txt.
#define FUZZ_TARGET(name) extern "C" int name##_fuzz(const std::uint8_t* data, std::size_t size);
#include "fuzz_targets.inc"
#undef FUZZ_TARGET

namespace {

namespace fs = std::filesystem;

struct Row {
  const char* name;
  int (*target)(const std::uint8_t* data, std::size_t size);
};

#define FUZZ_TARGET(name) {#name, name##_fuzz},
constexpr Row kTargets[] = {
#include "fuzz_targets.inc"
};
#undef FUZZ_TARGET

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void run_beginnings(const Row& row, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    // a copy of that size: what is read beyond its end is seen by AddressSanitizer
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    row.target(input.data(), input.size());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path corpus = argc > 1 ? argv[1] : FUZZ_CORPUS;
  bool complete = true;
  for (const Row& row : kTargets) {
    const auto files = files_of(corpus / row.name);
    for (const auto& file : files) {
      // said before it runs: a crash names its file
      std::cout << row.name << ' ' << file.filename().string() << std::endl;
      run_beginnings(row, file);
    }
    if (files.empty()) {
      std::cout << row.name << " has no corpus" << std::endl;
      complete = false;
    }
  }
  return complete ? 0 : 1;
}
