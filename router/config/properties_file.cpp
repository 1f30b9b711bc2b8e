#include <algorithm>

#include "base/text.h"
#include "config/read_agent_properties.h"

namespace router::config {
namespace {

constexpr std::string_view kBlank = " \t\f";

std::string_view without_leading_blanks(std::string_view text) {
  const auto start = text.find_first_not_of(kBlank);
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool continues(std::string_view line) {
  std::size_t slashes = 0;
  while (slashes < line.size() && line[line.size() - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

void append_utf8(std::string& text, unsigned code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xE0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'u' && i + 4 < text.size()) {
      unsigned code = 0;
      bool valid = true;
      for (std::size_t k = i + 1; k <= i + 4; ++k) {
        valid = valid && base::hex_value(text[k]) >= 0;
        code = code * 16 + static_cast<unsigned>(base::hex_value(text[k]) & 15);
      }
      if (valid && code != 0) {
        append_utf8(out, code);
        i += 4;
        continue;
      }
    }
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'f' ? '\f' : c;
  }
  return out;
}

PropertyLine split_line(std::size_t number, std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && std::string_view("=: \t\f").find(line[end]) == std::string_view::npos) {
    end += line[end] == '\\' ? 2 : 1;
  }
  end = std::min(end, line.size());
  std::string_view value = without_leading_blanks(line.substr(end));
  if (!value.empty() && (value[0] == '=' || value[0] == ':')) value = without_leading_blanks(value.substr(1));
  return {number, unescaped(line.substr(0, end)), unescaped(value)};
}

}  // namespace

std::vector<PropertyLine> parse_properties(std::string_view text) {
  std::vector<PropertyLine> properties;
  std::string logical;
  std::size_t number = 0;
  std::size_t first = 0;
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = without_leading_blanks(line);
    if (logical.empty()) {
      if (line.empty() || line[0] == '#' || line[0] == '!') continue;
      first = number;
    }
    logical += line;
    if (continues(line)) {
      logical.pop_back();
      // An empty remainder would be taken for a new line.
      if (logical.empty()) logical = " ";
      continue;
    }
    properties.push_back(split_line(first, without_leading_blanks(logical)));
    logical.clear();
  }
  if (!logical.empty()) properties.push_back(split_line(first, without_leading_blanks(logical)));
  return properties;
}

}  // namespace router::config
