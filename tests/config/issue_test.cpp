#include "config/issue.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace router::config {
namespace {

TEST_CASE("issue: credentials are not shown") {
  CHECK(show("redis://user:pass@host/0") == "\"redis://...@host/0\"");
  CHECK(show_value(nlohmann::json("hunter2"), "clientsecret") == "a value that is not shown");
  CHECK(show_value(nlohmann::json("abc"), "MANAGEMENT_TOKEN") == "a value that is not shown");
  CHECK(show_value(nlohmann::json("yes"), "forwardAuthToken") == "\"yes\"");
}

TEST_CASE("issue: long values are cut between characters") {
  CHECK(show(std::string(59, 'a') + "é" + "rest") == "\"" + std::string(59, 'a') + "...\"");
}

TEST_CASE("issue: the nearest known name is at most two edits away") {
  const std::vector<std::string> known = {"source", "scope", "target"};
  CHECK(nearest_hint("sorce", known) == "did you mean \"source\"?");
  CHECK(nearest_hint("SOURCE", known) == "did you mean \"source\"?");
  CHECK(nearest_hint("tarteg", known) == "did you mean \"target\"?");
  CHECK(nearest_hint("destination", known).empty());
  CHECK(nearest_hint(std::string(100'000, 'a'), known).empty());
}

TEST_CASE("issue: a consequence is dropped where an error about the same place is known") {
  Issues issues;
  issues.add({Severity::error, "f", "/routes/0/sorce", {}, "x", "y", ""});
  issues.add_unless_known({Severity::error, "f", "/routes/0", {}, "consequence", "", ""});
  issues.add_unless_known({Severity::error, "f", "/routes/01", {}, "another place", "", ""});
  issues.add_unless_known({Severity::error, "g", "/routes/0", {}, "another file", "", ""});
  CHECK(issues.count(Severity::error) == 3);
}

TEST_CASE("issue: no more than a thousand are kept, but errors stay errors") {
  Issues issues;
  for (int i = 0; i < 1500; ++i) issues.add({Severity::warning, "f", "", {}, "w", "", ""});
  issues.add({Severity::error, "f", "", {}, "e", "", ""});
  CHECK(issues.sorted().size() == Issues::kMaxIssues);
  CHECK(issues.has_errors());
}

TEST_CASE("issue: JSON output has every field") {
  Issues issues;
  issues.add({Severity::error, "f.json", "/a", {3, 4}, "5", "6", "7"});
  CHECK(to_json(issues) ==
        R"({"errors":1,"warnings":0,"issues":[{"severity":"error","file":"f.json","pointer":"/a",)"
        R"("line":3,"column":4,"found":"5","expected":"6","hint":"7"}]})");
}

}  // namespace
}  // namespace router::config
