#include "http/field_list.h"

#include "base/text.h"

namespace router::http {

std::string written_list(const std::vector<std::string>& items) {
  std::string list;
  for (const auto& item : items) list.append(list.empty() ? "" : ", ").append(item);
  return list;
}

std::size_t count_items(const Headers& headers, std::string_view name) {
  std::size_t count = 0;
  for (const auto& field : headers) {
    if (!base::equals_ignoring_case(field.name, name)) continue;
    for (std::optional<std::string_view> rest = field.value; rest;) {
      const auto [item, after] = base::cut(*rest, ',');
      if (!base::trim(item).empty()) ++count;
      rest = after;
    }
  }
  return count;
}

bool has_field(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const auto line = lines.substr(0, end);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        base::equals_ignoring_case(line.substr(0, name.size()), name)) {
      return true;
    }
    if (end == std::string_view::npos) return false;
    lines.remove_prefix(end + 2);
  }
  return false;
}

}  // namespace router::http
