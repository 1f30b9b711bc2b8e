// Writes short texts where room has been made for them, without a call for each. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/load_bytes.h"

namespace router::base {

namespace detail {
// Of a text of one to two such words.
template <class Word>
void put_both_ends(std::string_view text, char* at) {
  const auto front = load_bytes<Word>(text.data());
  const auto back = load_bytes<Word>(text.data() + text.size() - sizeof(Word));
  std::memcpy(at, &front, sizeof front);
  std::memcpy(at + text.size() - sizeof back, &back, sizeof back);
}
}  // namespace detail

// Gives the place behind it. What stands at `at` is no part of the text.
inline char* put_text(std::string_view text, char* at) {
  if (text.size() > 16) {
    std::memcpy(at, text.data(), text.size());
  } else if (text.size() >= 8) {
    detail::put_both_ends<std::uint64_t>(text, at);
  } else if (text.size() >= 4) {
    detail::put_both_ends<std::uint32_t>(text, at);
  } else {
    for (std::size_t i = 0; i < text.size(); ++i) at[i] = text[i];
  }
  return at + text.size();
}

}  // namespace router::base
