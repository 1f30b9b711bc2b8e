#include "config/issue.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace router::config {
namespace {

constexpr std::size_t kShownCharacters = 60;

bool is_within(std::string_view inner, std::string_view outer) {
  return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '/');
}

// "redis://user:password@host" -> "redis://...@host", however badly it is spelt; too much rather than too little.
std::string without_credentials(std::string_view text) {
  const auto scheme = text.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(text);
  const auto before = text.substr(begin, at - begin);
  const bool is_user = scheme != std::string_view::npos && before.find_first_of("/?#") == std::string_view::npos;
  if (!is_user && before.find(':') == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, begin)) + "..." + std::string(text.substr(at));
}

// A PEM, or a piece of one, where the name of its file is wanted.
bool may_be_key_material(std::string_view text) {
  return text.find("-----") != std::string_view::npos || text.find('\n') != std::string_view::npos;
}

std::string shortened(std::string text) {
  if (text.size() <= kShownCharacters) return text;
  std::size_t end = kShownCharacters;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string cause_of(const Issue& issue) {
  std::string cause(to_string(issue.severity));
  for (const std::string* part : {&issue.file, &issue.found, &issue.expected, &issue.hint})
    cause.append(1, '\0').append(*part);
  return cause;
}

}  // namespace

void Issues::add(Issue issue) {
  if (issue.severity == Severity::error) {
    ++errors_;
  } else {
    auto cause = cause_of(issue);
    if (const auto known = causes_.find(cause); known != causes_.end()) {
      issues_[known->second].more_places.push_back({std::move(issue.pointer), issue.position});
      return;
    }
    if (!is_full()) causes_.emplace(std::move(cause), issues_.size());
  }
  if (!is_full()) issues_.push_back(std::move(issue));
}

void Issues::add_unless_known(Issue issue) {
  const auto same_place = [&](const Issue& known) {
    return known.severity == Severity::error && known.file == issue.file &&
           (is_within(known.pointer, issue.pointer) || is_within(issue.pointer, known.pointer));
  };
  if (is_full() || std::none_of(issues_.begin(), issues_.end(), same_place)) add(std::move(issue));
}

std::size_t Issues::count(Severity severity) const {
  if (severity == Severity::error) return errors_;
  return static_cast<std::size_t>(
      std::count_if(issues_.begin(), issues_.end(), [&](const Issue& issue) { return issue.severity == severity; }));
}

Issues Issues::to_mend(bool strict) const {
  Issues rest = *this;
  rest.causes_.clear();
  std::erase_if(rest.issues_,
                [&](const Issue& issue) { return issue.severity == Severity::info || (issue.advice && !strict); });
  for (Issue& issue : rest.issues_) {
    if (!strict || issue.severity == Severity::error) continue;
    issue.severity = Severity::error;
    ++rest.errors_;
  }
  return rest;
}

std::vector<Issue> Issues::sorted() const {
  std::map<std::string, std::size_t> rank;
  for (const Issue& issue : issues_) rank.emplace(issue.file, rank.size());
  std::vector<Issue> sorted = issues_;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Issue& a, const Issue& b) {
    return std::tuple(rank[a.file], a.position.line, a.position.column) <
           std::tuple(rank[b.file], b.position.line, b.position.column);
  });
  return sorted;
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
      return "info";
  }
  return "error";
}

std::string to_text(const Issue& issue) {
  std::string text = issue.file;
  if (issue.position.line > 0) {
    text += ":" + std::to_string(issue.position.line);
    if (issue.position.column > 0) text += ":" + std::to_string(issue.position.column);
  }
  text += ": " + std::string(to_string(issue.severity)) + ": ";
  if (!issue.pointer.empty()) text += issue.pointer + ": ";
  text += "found " + issue.found;
  if (issue.places() > 1) text += " (in " + std::to_string(issue.places()) + " places)";
  if (!issue.expected.empty()) text += ", expected " + issue.expected;
  if (!issue.hint.empty()) text += "; " + issue.hint;
  return text;
}

std::string to_text(const Issues& issues) {
  std::string text;
  for (const Issue& issue : issues.sorted()) text += to_text(issue) + "\n";
  return text;
}

std::string to_json(const Issues& issues) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Issue& issue : issues.sorted()) {
    nlohmann::ordered_json entry;
    entry["severity"] = to_string(issue.severity);
    entry["file"] = issue.file;
    entry["pointer"] = issue.pointer;
    entry["line"] = issue.position.line;
    entry["column"] = issue.position.column;
    entry["found"] = issue.found;
    entry["expected"] = issue.expected;
    entry["hint"] = issue.hint;
    if (issue.places() > 1) entry["places"] = issue.places();
    list.push_back(std::move(entry));
  }
  nlohmann::ordered_json report;
  report["errors"] = issues.count(Severity::error);
  report["warnings"] = issues.count(Severity::warning);
  report["issues"] = std::move(list);
  // Names of files and variables come from the system and need not be UTF-8.
  return report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

bool is_secret_name(std::string_view name) {
  std::string lower = base::to_lower(name);
  std::erase_if(lower, [](char c) { return c == '_' || c == '-' || c == '.'; });
  if (lower.starts_with("forwardauth")) return false;
  for (std::string_view word : {"secret", "password", "passwd", "passphrase", "pwd", "token", "privatekey", "apikey",
                                "clientkey", "credential", "authorization"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return lower == "key" || lower == "tlskey";
}

std::string show(std::string_view text, std::string_view name) {
  if (is_secret_name(name) || may_be_key_material(text)) return "a value that is not shown";
  return base::json_quote(shortened(without_credentials(text)));
}

std::string without_secrets(std::string_view text, std::string_view name) {
  if (is_secret_name(name) || may_be_key_material(text)) return "***";
  return std::string(without_credentials(text));
}

std::string show_value(const nlohmann::json& value, std::string_view name) {
  if (value.is_object()) return value.empty() ? "an empty object" : "an object";
  if (value.is_array()) return value.empty() ? "an empty array" : "an array";
  if (is_secret_name(name)) return "a value that is not shown";
  if (value.is_string()) return show(std::string_view(value.get_ref<const std::string&>()));
  return value.dump();
}

std::string nearest_hint(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::size_t kMaxEdits = 2;
  constexpr std::size_t kMaxLength = 100;  // the distance costs length times length
  if (name.size() > kMaxLength || known.size() > kMostHinted) return {};
  std::string_view best;
  std::size_t best_edits = kMaxEdits + 1;
  for (const std::string& candidate : known) {
    const std::size_t edits = base::equals_ignoring_case(name, candidate) ? 0 : base::edit_distance(name, candidate);
    // Two edits turn any word of two letters into any other.
    if (edits >= best_edits || edits >= candidate.size()) continue;
    best = candidate;
    best_edits = edits;
  }
  return best.empty() ? std::string() : "did you mean " + base::json_quote(best) + "?";
}

std::string quoted_list(const std::vector<std::string>& names, std::string_view last_word) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " " + std::string(last_word) + " " : ", ";
    text += base::json_quote(names[i]);
  }
  return text;
}

std::string pointer_to(std::string_view parent, std::string_view key) {
  std::string pointer(parent);
  pointer += '/';
  for (char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string pointer_to(std::string_view parent, std::size_t index) {
  return std::string(parent) + "/" + std::to_string(index);
}

}  // namespace router::config
