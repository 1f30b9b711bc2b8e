#include "config/chosen_destinations.h"

#include <optional>
#include <variant>

#include "base/text.h"

namespace router::config {
namespace {

// The text of the expression's capturing group number `wanted`, or of that name; absent: there is none that
// is known.
std::optional<std::string_view> group_text(std::string_view expression, std::size_t wanted, std::string_view name) {
  std::size_t groups = 0;
  std::size_t begin = 0;
  std::size_t depth = 0;
  std::size_t open_at = 0;  // depth of the wanted group, 0: not found yet
  bool in_class = false;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(') {
      ++depth;
      const auto inside = expression.substr(i + 1);
      const bool is_named = inside.starts_with("?<") && !inside.starts_with("?<=") && !inside.starts_with("?<!");
      if (inside.starts_with('?') && !is_named) continue;
      ++groups;
      const auto end = is_named ? inside.find('>') : std::string_view::npos;
      const auto own = end == std::string_view::npos ? std::string_view() : inside.substr(2, end - 2);
      if (open_at != 0 || !(name.empty() ? groups == wanted : own == name)) continue;
      open_at = depth;
      begin = i + 1 + (is_named && end != std::string_view::npos ? end + 1 : 0);
    } else if (c == ')' && depth > 0) {
      if (depth == open_at) return expression.substr(begin, i - begin);
      --depth;
    }
  }
  return std::nullopt;
}

// Alone, a reference would mean another group, or an octal number.
bool refers_to_groups(std::string_view part) {
  for (std::size_t i = 0; i + 1 < part.size(); ++i) {
    if (part[i] != '\\') continue;
    const char c = part[++i];
    if (c == 'k' || (c >= '1' && c <= '9')) return true;
  }
  return false;
}

// What the group can be; absent: anything, or it refers to other groups.
std::optional<base::Pattern> group_pattern(std::string_view expression, bool match_case, std::size_t group,
                                           std::string_view name) {
  const auto part = group_text(expression, group, name);
  if (!part || refers_to_groups(*part)) return std::nullopt;
  auto compiled = base::Pattern::compile("^(?:" + std::string(*part) + ")$", match_case);
  auto* pattern = std::get_if<base::Pattern>(&compiled);
  return pattern == nullptr ? std::nullopt : std::optional(std::move(*pattern));
}

// A reference at the beginning of `text`: $1, $<name>.
struct Reference {
  std::size_t group = 0;  // 0: by name, or another kind
  std::string_view name;
  std::size_t length = 0;
};

Reference reference_at(std::string_view text) {
  if (text.starts_with("$<") && text.find('>') != std::string_view::npos) {
    return {0, text.substr(2, text.find('>') - 2), text.find('>') + 1};
  }
  std::size_t digits = 0;
  while (digits < 2 && 1 + digits < text.size() && text[1 + digits] >= '0' && text[1 + digits] <= '9') ++digits;
  const auto number = base::parse_unsigned(text.substr(1, digits));
  return {number ? static_cast<std::size_t>(*number) : 0, {}, 1 + digits};
}

}  // namespace

bool is_chosen_by_client(std::string_view destination) {
  return destination == "*" || destination.find('$') != std::string_view::npos;
}

std::set<std::string> named_elsewhere(const Configuration& configuration) {
  std::set<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!configuration.destinations.contains(name)) names.insert(name);
  };
  for (const auto* list : {&configuration.plugins, &configuration.routes}) {
    for (const Route& route : *list) {
      const auto* to = route.destination();
      if (to != nullptr && !is_chosen_by_client(to->name)) add(to->name);
    }
  }
  for (const auto& [name, logout] : configuration.looked_up_logouts) add(name);
  return names;
}

ChosenNames::ChosenNames(const Route& route, const Environment& environment) {
  const std::string_view written = route.destination()->name;
  if (written == "*") {
    between_ = group_pattern(environment.destination_host_pattern, true, 1, {});
    return;
  }
  const auto first = written.find('$');
  const auto last = written.rfind('$');
  const auto reference = reference_at(written.substr(last));
  front_ = written.substr(0, first);
  back_ = written.substr(last + reference.length);
  const bool is_known = reference.group != 0 || !reference.name.empty();
  if (first == last && is_known) {
    between_ = group_pattern(route.source, route.match_case, reference.group, reference.name);
  }
}

bool ChosenNames::may_be(const std::string& name) const {
  if (name.size() < front_.size() + back_.size() || !name.starts_with(front_) || !name.ends_with(back_)) return false;
  if (!between_) return true;
  const auto match =
      between_->match(std::string_view(name).substr(front_.size(), name.size() - front_.size() - back_.size()));
  return !match || match->has_value();
}

}  // namespace router::config
