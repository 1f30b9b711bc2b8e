// What every fuzz target uses. A target is one function, LLVMFuzzerTestOneInput, that feeds hostile bytes to
// one parser and requires what must hold for any input; libFuzzer calls it (scripts/fuzz), and so does
// router_fuzz_replay with the committed corpus (ctest fuzz-corpus).
//
// A requirement that does not hold ends the process: that is how libFuzzer learns of it. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace router::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Whether `part` is a view into `whole`: what a parser that copies nothing hands out.
inline bool is_part_of(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace router::fuzz
