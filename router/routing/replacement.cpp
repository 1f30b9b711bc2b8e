#include "routing/replacement.h"

namespace router::routing {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Reference {
  std::string_view value;
  std::size_t length = 0;  // of the reference in the template; 0: it is none
};

struct Expansion {
  const base::Pattern& pattern;
  const base::Pattern::Match& match;
  std::string_view subject;

  std::string_view group(std::size_t number) const { return match.groups.in(subject, number).value_or(""); }

  // "$12" is group 12 if there is one, else group 1 followed by "2".
  Reference numbered(std::string_view text) const {
    const auto one = static_cast<std::size_t>(text[1] - '0');
    if (text.size() > 2 && is_digit(text[2])) {
      const auto two = one * 10 + static_cast<std::size_t>(text[2] - '0');
      if (two >= 1 && two <= pattern.group_count()) return {group(two), 3};
    }
    return one >= 1 && one <= pattern.group_count() ? Reference{group(one), 2} : Reference{};
  }

  Reference named(std::string_view text) const {
    const auto close = text.find('>');
    if (close == std::string_view::npos || !pattern.has_named_groups()) return {};
    const auto number = pattern.group_number(text.substr(2, close - 2));
    return {number ? group(*number) : std::string_view(), close + 1};
  }

  // `text` begins with "$" and is longer than that.
  Reference read(std::string_view text) const {
    switch (text[1]) {
      case '$':
        return {text.substr(0, 1), 2};
      case '&':
        return {subject.substr(match.begin, match.end - match.begin), 2};
      case '`':
        return {subject.substr(0, match.begin), 2};
      case '\'':
        return {subject.substr(match.end), 2};
      case '<':
        return named(text);
      default:
        return is_digit(text[1]) ? numbered(text) : Reference{};
    }
  }
};

}  // namespace

std::string expand_template(std::string_view text, const base::Pattern& pattern, const base::Pattern::Match& match,
                            std::string_view subject) {
  const Expansion expansion{pattern, match, subject};
  std::string out;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    out.append(text.substr(0, dollar));
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    const auto reference = text.size() > 1 ? expansion.read(text) : Reference{};
    out.append(reference.length > 0 ? reference.value : text.substr(0, 1));
    text.remove_prefix(reference.length > 0 ? reference.length : 1);
  }
  return out;
}

}  // namespace router::routing
