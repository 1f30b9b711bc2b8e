// A regular expression as JavaScript reads it, written so that PCRE2 reads the same.
//
// Without the flag `u`, as the Node router compiles sources: a letter's escape that means nothing is that
// letter (`\e`, `\A`, `\p`), a hyphen beside `\w` in a class is a hyphen, `[` in a class is itself, a back
// reference to a group that is not there is an octal number. What JavaScript refuses is refused: `(?i)`, `(?>`,
// `(*COMMIT)`, `a++`. Otherwise than there: a lookbehind has a fixed length, the name of a group at most 32
// word characters, a group in a repetition keeps what it matched last. Pure. Source: ECMA-262, annex B.1.2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace router::base {

struct PatternText {
  std::string text;
  std::vector<std::size_t> origins;  // of each byte of `text`: where it comes from in the source

  // Where in the source `offset` of `text` is.
  std::size_t origin_of(std::size_t offset) const {
    if (offset < origins.size()) return origins[offset];
    return origins.empty() ? 0 : origins.back() + 1;
  }
};

PatternText javascript_pattern(std::string_view source);

}  // namespace router::base
