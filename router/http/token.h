// What methods and names of fields are made of. Pure; any thread. Source: RFC 9110 section 5.6.2.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/byte_scan.h"

namespace router::http {

inline constexpr std::array<bool, 256> kIsTokenByte = [] {
  std::array<bool, 256> is{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    is[static_cast<unsigned char>(c)] = true;
  }
  return is;
}();

// Of the token that the text begins with; 0: it begins with none.
inline std::size_t token_size(std::string_view text) {
  std::size_t size = base::skip_name(text);
  while (size < text.size() && kIsTokenByte[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

}  // namespace router::http
