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
  if (!headers.contains(name)) return count;
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

}  // namespace router::http
