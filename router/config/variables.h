// The variables of the process and, where it has none of a name, those of default-env.json.
//
// The typed readers leave their target alone when the variable is absent or empty, and report a bad value
// under the variable's name. Short-lived: made, read and dropped during one load, on one thread. Source:
// docs/contract/descriptor.md "Environment variables".
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "config/report.h"

namespace router::config {

// A variable that holds JSON; `value` lives in `document`.
struct JsonVariable {
  std::shared_ptr<const Document> document;
  const json* value = nullptr;
  Report report;
};

// Whoever has one sealed text tries secrets on it at his leisure, so a weak one is an error. An empty one is none.
void check_sealing_secret(const base::Secret& secret, const Report& report);

// In an environment a line end of a PEM text may be written as \n.
std::string with_line_ends(std::string text);

enum class Unit { millisecond, second, minute };

class Variables {
 public:
  // `defaults`: default-env.json, or null.
  Variables(std::map<std::string, std::string> process, std::shared_ptr<const Document> defaults, Issues& issues);

  bool has(std::string_view name) const { return said(name).has_value(); }
  // As it is there; empty is absent. For names that may be anybody's: shown() does not have it.
  std::optional<std::string> said(std::string_view name) const;
  // The same of a variable of ours.
  std::optional<std::string> text(std::string_view name) const;
  std::vector<std::string> names() const;
  Report report(std::string_view name) const;
  void error(std::string_view name, std::string found, std::string expected, std::string hint = {}) const {
    report(name).error("", {std::move(found), std::move(expected), std::move(hint)});
  }
  void warning(std::string_view name, std::string found, std::string expected, std::string hint = {}) const {
    report(name).warning("", {std::move(found), std::move(expected), std::move(hint)});
  }

  // What is in force under that name, for /api/config; secrets as ***. Absent: not said, and there is no default.
  struct Shown {
    std::optional<std::string> value;
    std::string_view source;  // environment, default-env.json, default
  };
  const std::map<std::string, Shown, std::less<>>& shown() const { return *shown_; }
  void note(std::string_view name, std::optional<std::string> value) const;

  // Absent or not JSON (reported).
  std::optional<JsonVariable> json_value(std::string_view name) const;

  void read_text(std::string_view name, std::string& target) const;
  void read_secret(std::string_view name, base::Secret& target) const;
  // What sessions or login states are sealed with: see check_sealing_secret().
  void read_sealing_secret(std::string_view name, base::Secret& target) const;
  void read_flag(std::string_view name, bool& target) const;
  void read_flag(std::string_view name, std::optional<bool>& target) const;
  // Other values are a warning, as good as none: the Node router starts with them.
  void read_lenient_flag(std::string_view name, bool& target) const;
  // Comma-separated; spaces around the items do not count.
  void read_list(std::string_view name, std::vector<std::string>& target) const;
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t low, std::uint64_t high) const;
  template <class Number>
  void read_number(std::string_view name, Number& target, std::uint64_t low, std::uint64_t high) const {
    if (const auto value = number(name, low, high)) target = static_cast<Number>(*value);
    note(name, std::to_string(target));
  }
  // A whole number of `unit`, or one with its own unit: 500ms, 30s, 5m. Limits in milliseconds.
  std::optional<std::chrono::milliseconds> duration(std::string_view name, Unit unit, std::chrono::milliseconds low,
                                                    std::chrono::milliseconds high) const;
  void read_duration(std::string_view name, std::chrono::milliseconds& target, Unit unit, std::chrono::milliseconds low,
                     std::chrono::milliseconds high) const {
    if (const auto value = duration(name, unit, low, high)) target = *value;
    note(name, std::to_string(target.count()) + "ms");
  }
  template <class Value>
  void read_choice(std::string_view name, Value& target,
                   const std::vector<std::pair<std::string, Value>>& choices) const {
    const auto value = text(name);
    std::vector<std::string> words;
    for (const auto& [word, meaning] : choices) {
      if (value && word == *value) target = meaning;
      if (meaning == target) note(name, word);
      words.push_back(word);
    }
    if (!value || std::find(words.begin(), words.end(), *value) != words.end()) return;
    error(name, show(std::string_view(*value), name), quoted_list(words), nearest_hint(*value, words));
  }

 private:
  const json* default_value(std::string_view name) const;

  std::map<std::string, std::string> process_;
  std::shared_ptr<const Document> defaults_;
  Issues& issues_;
  std::shared_ptr<std::map<std::string, Shown, std::less<>>> shown_;
};

}  // namespace router::config
