#include "config/not_built_yet.h"

#include <array>

#include "base/text.h"
#include "config/json_access.h"

namespace router::config {
namespace {

struct Property {
  std::string_view place;  // * = every member
  std::string_view value;  // only if it has this one; empty = any
  std::string_view instead;
};

constexpr std::array kComingProperties = {
    Property{"/errorPage/*/path", "", "the built-in error page is shown"},
    Property{"/outgoingRequestOptions", "", "calls of services end after 30 s"},
};

bool has_value(const json& value, std::string_view wanted) {
  if (wanted.empty()) return true;
  return value.is_string() ? value.get_ref<const std::string&>() == wanted : value.dump() == wanted;
}

// The first place that the pattern `place` leads to.
std::optional<std::string> find_place(const json& value, std::string_view place, std::string_view wanted,
                                      const std::string& pointer = {}) {
  if (place.empty()) return has_value(value, wanted) ? std::optional(pointer) : std::nullopt;
  const auto parts = base::cut(place.substr(1), '/');
  const std::string_view rest = parts.after ? place.substr(parts.before.size() + 1) : std::string_view();
  if (parts.before != "*") {
    const json* child = member(value, parts.before);
    return child == nullptr ? std::nullopt : find_place(*child, rest, wanted, pointer_to(pointer, parts.before));
  }
  for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
    if (auto found = find_place(value[i], rest, wanted, pointer_to(pointer, i))) return found;
  }
  return std::nullopt;
}

std::string_view last_of(std::string_view place) { return place.substr(place.rfind('/') + 1); }

void warn_properties(const Validation& validation) {
  for (const Property& property : kComingProperties) {
    const auto pointer = find_place(validation.descriptor, property.place, property.value);
    if (!pointer) continue;
    std::string name(last_of(property.place));
    if (!property.value.empty() && property.value != "true") name += " " + base::json_quote(property.value);
    validation.report.warning(
        *pointer, {name + ", which is not built yet", "nothing of it for now", std::string(property.instead), true});
  }
}

}  // namespace

void warn_not_built_yet(const Validation& validation) { warn_properties(validation); }

}  // namespace router::config
