// Reads a number out of bytes, wherever they stand. Pure; any thread. Units: bytes, in the order of the machine.
#pragma once

#include <cstring>

namespace router::base {

template <class Number>
Number load_bytes(const char* from) {
  Number number;
  std::memcpy(&number, from, sizeof number);
  return number;
}

}  // namespace router::base
