// What is wrong with a configuration, told so that the reader can go and mend it.
//
// An Issue names the file, the JSON pointer, line and column (1-based, columns count characters; 0 = not
// known), what was found, what was expected and, where there is one, a hint. Secrets never appear in one:
// values are shown through show(), which hides what is or may hold a secret. Issues is filled by one thread
// during a load; a plain value afterwards. It keeps at most kMaxIssues. Warnings that say the same of several places
// have one cause: they are one Issue, with all its places.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace router::config {

enum class Severity { error, warning, info };

struct Position {
  std::size_t line = 0;
  std::size_t column = 0;
};

struct Place {
  std::string pointer;
  Position position;
};

struct Issue {
  Severity severity = Severity::error;
  std::string file;
  std::string pointer;
  Position position;
  std::string found;
  std::string expected;
  std::string hint;
  bool advice = false;  // for a router that strangers reach: said at start, and by `check --strict` alone
  std::vector<Place> more_places = {};  // beside `pointer` and `position`

  std::size_t places() const { return 1 + more_places.size(); }
};

class Issues {
 public:
  static constexpr std::size_t kMaxIssues = 1000;

  void add(Issue issue);
  // Adds an error unless an error about the same place, a part of it or what it is a part of is known: a
  // misspelt property should not be reported a second time as a missing one.
  void add_unless_known(Issue issue);

  // Further ones are only counted.
  bool is_full() const { return issues_.size() >= kMaxIssues; }
  bool has_errors() const { return errors_ > 0; }
  std::size_t count(Severity severity) const;
  // Without information, and without advice unless `strict`, which makes errors of warnings.
  Issues to_mend(bool strict) const;
  // In the order of their files, then of their lines.
  std::vector<Issue> sorted() const;
  bool empty() const { return issues_.empty(); }

 private:
  std::vector<Issue> issues_;
  std::map<std::string, std::size_t> causes_;  // index of the warning that says exactly this
  std::size_t errors_ = 0;
};

std::string_view to_string(Severity severity);
// "xs-app.json:4:17: error: /routes/0/source: found 5, expected a regular expression"
std::string to_text(const Issue& issue);
// One line each.
std::string to_text(const Issues& issues);
// {"errors":1,"warnings":0,"issues":[{...}]}
std::string to_json(const Issues& issues);

// A value as it may be shown: short, escaped, credentials in URLs hidden. `name` is its key: values of keys
// that speak of secrets are not shown at all.
std::string show_value(const nlohmann::json& value, std::string_view name = {});
std::string show(std::string_view text, std::string_view name = {});
bool is_secret_name(std::string_view name);
// The same at its full length, *** where it is or may hold a secret.
std::string without_secrets(std::string_view text, std::string_view name);

// `did you mean "source"?` for the known name at most two edits away; empty if there is none, or if more than kMostHinted
// are known.
inline constexpr std::size_t kMostHinted = 1000;
std::string nearest_hint(std::string_view name, const std::vector<std::string>& known);
// "a", "b" or "c"
std::string quoted_list(const std::vector<std::string>& names, std::string_view last_word = "or");

// JSON pointers (RFC 6901)
std::string pointer_to(std::string_view parent, std::string_view key);
std::string pointer_to(std::string_view parent, std::size_t index);

}  // namespace router::config
