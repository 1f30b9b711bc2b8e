#include "app/explain_text.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace router::app {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kLabelWidth = 20;

// timeoutMs -> timeout ms
std::string words(const std::string& key) {
  std::string out;
  for (const char c : key) {
    const char lower = base::to_lower(c);
    if (lower != c) out.push_back(' ');
    out.push_back(lower);
  }
  return out;
}

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// An entry of a list in one line: route 0, source ^/a$, because ...
std::string entry_line(const Json& entry) {
  if (!entry.is_object()) return plain(entry);
  std::string line;
  for (const auto& [key, value] : entry.items()) line += (line.empty() ? "" : ", ") + words(key) + " " + plain(value);
  return line;
}

void write(const Json& facts, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  for (const auto& [key, value] : facts.items()) {
    std::string label = margin + words(key);
    if (value.is_object()) {
      out += label + "\n";
      write(value, indent + 2, out);
    } else if (value.is_array()) {
      out += label + "\n";
      for (const auto& entry : value) out += margin + "  - " + entry_line(entry) + "\n";
    } else {
      label.resize(std::max(kLabelWidth, label.size() + 1), ' ');
      out += label + plain(value) + "\n";
    }
  }
}

}  // namespace

std::string explanation_text(const Json& explanation) {
  std::string out;
  write(explanation, 0, out);
  return out;
}

}  // namespace router::app
