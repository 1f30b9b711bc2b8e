// JSON as text, whatever strangers' names are in it: what is no UTF-8 is replaced, where dump() alone would throw. Pure.
#pragma once

#include <string>

namespace router::base {

// `Json`: nlohmann's, either one. `indent` -1: one line.
template <class Json>
std::string json_text(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace router::base
