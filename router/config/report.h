// Where the findings about one document go: knows the file and finds line and column.
//
// Short-lived; refers to the Issues of the load it was made for. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/issue.h"
#include "config/json_reader.h"

namespace router::config {

// What is said about one place.
struct Finding {
  std::string found;
  std::string expected;
  std::string hint = {};
  bool at_key = false;        // point to the key, not to the value
  bool may_be_known = false;  // a consequence: not repeated where an error is known already
  bool advice = false;        // as of an Issue
};

// What may be the consequence of an error that is known already.
inline Finding unless_known(std::string found, std::string expected, std::string hint = {}) {
  return {std::move(found), std::move(expected), std::move(hint), false, true};
}

class Report {
 public:
  // Pointers are relative to `base`, which is a place in `document`.
  Report(Issues& issues, std::shared_ptr<const Document> document, std::string base = {})
      : issues_(&issues), file_(document->file()), document_(std::move(document)), base_(std::move(base)) {}
  // Without positions: an environment variable, a whole file.
  Report(Issues& issues, std::string file) : issues_(&issues), file_(std::move(file)) {}

  void error(std::string_view pointer, Finding finding) const { add(Severity::error, pointer, std::move(finding)); }
  void warning(std::string_view pointer, Finding finding) const { add(Severity::warning, pointer, std::move(finding)); }
  void info(std::string_view pointer, Finding finding) const { add(Severity::info, pointer, std::move(finding)); }

  // The same document, from `pointer` on.
  Report below(std::string_view pointer) const {
    Report report = *this;
    report.base_ += pointer;
    return report;
  }
  // The same place, told to others.
  Report into(Issues& issues) const {
    Report report = *this;
    report.issues_ = &issues;
    return report;
  }
  // Whether `issue` is about this place, or a part of it.
  bool covers(const Issue& issue) const;
  Issues& issues() const { return *issues_; }
  // What is said from now on is only counted: no reason to work for words.
  bool is_full() const { return issues_->is_full(); }
  // nearest_hint() among the keys of `known`, which may be many; none where it is not shown.
  template <class Map>
  std::string hint_among(std::string_view name, const Map& known) const {
    if (is_full() || known.size() > kMostHinted) return {};
    std::vector<std::string> names;
    for (const auto& [key, value] : known) names.push_back(key);
    return nearest_hint(name, names);
  }
  const std::string& file() const { return file_; }

 private:
  void add(Severity severity, std::string_view pointer, Finding finding) const;

  Issues* issues_;
  std::string file_;
  std::shared_ptr<const Document> document_;
  std::string base_;
};

}  // namespace router::config
