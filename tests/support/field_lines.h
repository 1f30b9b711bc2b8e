// Header fields as text, for tests: "Name: value\r\n" of each.
#pragma once

#include <string>
#include <string_view>

#include "http/fields.h"

namespace router::test {

inline std::string lines_of(const http::Fields& fields) {
  std::string lines;
  fields.write_to(lines);
  return lines;
}

inline http::Fields fields_of(std::string_view lines) {
  http::Fields fields;
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const auto [name, value] = base::cut(lines.substr(0, end), ':');
    fields.add(name, base::trim(value.value_or("")));
    lines.remove_prefix(end + 2);
  }
  return fields;
}

}  // namespace router::test
