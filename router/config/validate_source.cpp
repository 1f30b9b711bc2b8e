#include "base/text.h"
#include "config/json_access.h"
#include "config/validate.h"

namespace router::config {
namespace {

// Longest run of a letter, a digit, a slash that a cheap expression still takes in its stride.
constexpr std::size_t kProbeLength = 2000;

std::string source_pointer(const json& value) {
  return object_member(value, "source") != nullptr ? "/source/path" : "/source";
}

// A source is matched against the path alone, so = and & and "no question mark" cannot do what they look
// like.
bool looks_like_query(const Route& route) {
  if (route.matches_query) return false;
  return route.source.find_first_of("=&") != std::string::npos || route.source.find("[^?") != std::string::npos;
}

// (?=...), (?<name>...) and (?<=...) have a = or ? of their own.
std::string without_group_syntax(std::string source) {
  for (std::string_view opening : {"(?<=", "(?=", "(?<!", "(?!", "(?:"}) {
    for (auto at = source.find(opening); at != std::string::npos; at = source.find(opening)) {
      source.erase(at, opening.size());
    }
  }
  return source;
}

bool can_run_away(const base::Pattern& pattern) {
  for (char c : {'a', '1', '/'}) {
    for (std::string_view start : {"", "/"}) {
      const std::string probe = std::string(start) + std::string(kProbeLength, c) + "\x01";
      if (!pattern.match(probe).has_value()) return true;
    }
  }
  return false;
}

// $1 to $99 in `text` should be groups of the source; as in ECMAScript $10 with nine groups is $1 and a 0, and what is no
// group stays as it is: a path can have that, the name of a destination cannot.
void check_groups(const Report& report, const Route& route, const std::string& text, const char* key) {
  const std::size_t groups = route.pattern->group_count();
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '$') continue;
    if (text[i + 1] == '$') {
      ++i;
      continue;
    }
    if (text[i + 1] < '1' || text[i + 1] > '9') continue;
    const auto group = static_cast<std::size_t>(text[i + 1] - '0');
    if (group <= groups) continue;
    const std::string count = groups == 0 ? "no group" : groups == 1 ? "one group" : std::to_string(groups) + " groups";
    Finding finding{"$" + std::to_string(group) + " in " + show(std::string_view(text)),
                    "a group of the source, which has " + count,
                    {},
                    false,
                    true};
    if (std::string_view(key) == "destination") return report.error(pointer_to("", key), std::move(finding));
    finding.hint = "it stays as it is";
    return report.warning(pointer_to("", key), std::move(finding));
  }
}

}  // namespace

void validate_source(const Route& route, const json& value, const Report& report) {
  if (!route.pattern) return;
  if (route.target) check_groups(report, route, *route.target, "target");
  if (const auto* to = route.destination()) check_groups(report, route, to->name, "destination");
  const std::string pointer = source_pointer(value);
  Route plain = route;
  plain.source = without_group_syntax(route.source);
  if (looks_like_query(plain)) {
    report.warning(pointer,
                   {show(std::string_view(route.source)) + ", which looks as if it meant the query",
                    "a source for the path alone", "with \\? in it a source is matched against path and query"});
  }
  if (!report.is_full() && can_run_away(*route.pattern)) {
    report.warning(pointer, {show(std::string_view(route.source)) + ", which gives up on long paths (500)",
                             "an expression without nested repetition"});
  }
}

}  // namespace router::config
