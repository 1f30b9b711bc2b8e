#include "backend/placeholders.h"

#include <algorithm>

#include "base/text.h"

namespace router::backend {
namespace {

// A placeholder costs some 100 ns.
constexpr std::size_t kFilledAtOnce = 16 * 1024;

struct Placeholder {
  std::string_view name;
  bool escaped = true;
  std::size_t size = 0;  // with its braces
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '$';
}

// The placeholder at the front of `text`, which begins with "{{".
std::optional<Placeholder> read_placeholder(std::string_view text) {
  const bool is_triple = text.starts_with("{{{");
  const std::string_view closing = is_triple ? "}}}" : "}}";
  std::size_t open = closing.size();
  const bool is_plain = !is_triple && text.substr(open).starts_with('&');
  if (is_plain) ++open;
  std::size_t end = open;
  while (end < text.size() && (is_name_character(text[end]) || text[end] == ' ' || text[end] == '\t')) ++end;
  if (!text.substr(end).starts_with(closing)) return std::nullopt;
  const auto name = base::trim(text.substr(open, end - open));
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) return std::nullopt;
  return Placeholder{name, !is_triple && !is_plain, end + closing.size()};
}

// What Mustache escapes: more than HTML asks for.
void append_escaped(std::string_view value, std::string& out) {
  for (const char c : value) {
    switch (c) {
      case '/':
        out.append("&#x2F;");
        break;
      case '`':
        out.append("&#x60;");
        break;
      case '=':
        out.append("&#x3D;");
        break;
      default:
        base::append_html_escaped(c, out);
    }
  }
}

std::string_view value_of(const config::Replacement& replacement, std::string_view name) {
  const std::string key(name);
  if (const auto found = replacement.variables.find(key); found != replacement.variables.end()) return found->second;
  const auto found = replacement.services.find(key);
  return found != replacement.services.end() ? std::string_view(found->second) : std::string_view();
}

}  // namespace

bool has_placeholders(const config::Replacement& replacement, std::string_view file) {
  std::string path("/");
  path.append(file);
  return std::any_of(replacement.path_suffixes.begin(), replacement.path_suffixes.end(),
                     [&](const std::string& suffix) { return path.ends_with(suffix); });
}

bool fill_some(std::string_view& text, const config::Replacement& replacement, std::size_t limit, std::string& out) {
  const std::size_t enough = text.size() - std::min(text.size(), kFilledAtOnce);
  while (text.size() > enough) {
    const auto braces = text.find("{{");
    out.append(text.substr(0, braces));
    if (braces == std::string_view::npos) {
      text = {};
    } else {
      text.remove_prefix(braces);
      if (const auto placeholder = read_placeholder(text)) {
        const auto value = value_of(replacement, placeholder->name);
        if (placeholder->escaped) {
          append_escaped(value, out);
        } else {
          out.append(value);
        }
        text.remove_prefix(placeholder->size);
      } else {
        out.push_back('{');
        text.remove_prefix(1);
      }
    }
    if (out.size() > limit) return false;
  }
  return true;
}

std::optional<std::string> fill_placeholders(std::string_view text, const config::Replacement& replacement,
                                             std::size_t limit) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (!fill_some(text, replacement, limit, out)) return std::nullopt;
  }
  return out;
}

std::uint64_t fingerprint(const config::Replacement& replacement) {
  // FNV-1a: the same on every replica
  std::uint64_t hash = 14695981039346656037ULL;
  const auto mix = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    hash = (hash ^ 0x100U) * 1099511628211ULL;
  };
  for (const auto* values : {&replacement.variables, &replacement.services}) {
    for (const auto& [name, value] : *values) {
      mix(name);
      mix(value);
    }
    mix("");
  }
  return hash;
}

}  // namespace router::backend
