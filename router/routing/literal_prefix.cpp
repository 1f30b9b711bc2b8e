#include "routing/literal_prefix.h"

#include <cstring>

namespace router::routing {
namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_one_of(char c, const char* characters) { return c != '\0' && std::strchr(characters, c) != nullptr; }

// \Q...\E, \c, comments and flags change what the characters after them mean.
bool changes_syntax(std::string_view source) {
  if (source.find("\\Q") != std::string_view::npos || source.find("\\c") != std::string_view::npos) return true;
  for (std::size_t at = source.find("(?"); at != std::string_view::npos; at = source.find("(?", at + 2)) {
    if (at + 2 >= source.size() || !is_one_of(source[at + 2], ":=!<")) return true;
  }
  return false;
}

// The end of the class that opens at source[i].
std::size_t skip_class(std::string_view source, std::size_t i) {
  for (++i; i < source.size() && source[i] != ']'; ++i) {
    if (source[i] == '\\') ++i;
  }
  return i;
}

bool has_top_level_alternative(std::string_view source) {
  int depth = 0;
  for (std::size_t i = 0; i < source.size(); ++i) {
    switch (source[i]) {
      case '\\':
        ++i;
        break;
      case '[':
        i = skip_class(source, i);
        break;
      case '(':
        ++depth;
        break;
      case ')':
        --depth;
        break;
      case '|':
        if (depth == 0) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

}  // namespace

std::string literal_prefix(std::string_view source) {
  std::string prefix;
  if (!source.starts_with('^') || changes_syntax(source) || has_top_level_alternative(source)) return prefix;
  for (std::size_t i = 1; i < source.size(); ++i) {
    char c = source[i];
    if (is_one_of(c, "*?{")) {  // the last character may be absent
      if (!prefix.empty()) prefix.pop_back();
      break;
    }
    if (c == '\\' && i + 1 < source.size() && !is_alphanumeric(source[i + 1])) {
      c = source[++i];
    } else if (is_one_of(c, "\\.[](){}|+^$")) {
      break;
    }
    if (c <= ' ' || c >= 0x7F) break;
    prefix.push_back(c);
  }
  return prefix;
}

}  // namespace router::routing
