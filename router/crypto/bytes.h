// A string's bytes as OpenSSL and cjose want them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace router::crypto {

inline unsigned char* as_bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
inline const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace router::crypto
