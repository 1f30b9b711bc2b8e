// Conditional logout URLs; the document's evaluation table is in agent_documented_test.cpp.
#include "logout/conditional_urls.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace router::conditional_urls_test {

namespace {

std::string choose(const std::vector<config::ConditionalUrl>& conditions, std::string_view authority,
                   std::string_view path) {
  const auto chosen = logout::ConditionalUrls(conditions).choose(authority, path);
  if (!chosen.replaced_by.empty()) return chosen.replaced_by;
  return chosen.added_parameters.empty() ? "-" : "?" + chosen.added_parameters;
}

}  // namespace

TEST_CASE("conditional URLs: hosts match themselves and their subdomains, paths on segment boundaries") {
  struct Row {
    std::string when;
    std::string authority;
    std::string path;
    bool matches;
  };
  const std::vector<Row> rows = {
      {"example.com", "example.com", "/", true},
      {"example.com", "EXAMPLE.com", "/x", true},
      {"EXAMPLE.com", "example.com", "/x", true},
      {"example.com", "example.com:9010", "/", true},
      {"example.com:80", "example.com:9010", "/", true},
      {"example.com", "app.example.com", "/", true},
      {"example.com", "a.b.example.com:1", "/", true},
      {"example.com", "badexample.com", "/", false},
      {"example.com", "example.com.evil.org", "/", false},
      {"app.example.com", "example.com", "/", false},
      {"example.com/path", "example.com", "/path", true},
      {"example.com/path", "example.com", "/path/x", true},
      {"example.com/path", "app.example.com", "/path/x", true},
      {"example.com/path", "example.com", "/pathology", false},
      {"example.com/path", "example.com", "/x/path", false},
      {"example.com/path", "example.com", "/Path", false},
      {"example.com/path/", "example.com", "/path/x", true},
      {"example.com/path/", "example.com", "/path", false},
      {"example.com/", "example.com", "/x", true},
      {"[::1]:80/a", "[::1]:8080", "/a/b", true},
      {"", "anything.example", "/x", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.when);
    CAPTURE(row.authority);
    CAPTURE(row.path);
    CHECK((choose({{row.when, "?hit"}}, row.authority, row.path) == "?hit") == row.matches);
  }
}

TEST_CASE("conditional URLs: the longest condition is tried first, in whatever order they stand") {
  std::vector<config::ConditionalUrl> conditions = {{"", "?default"},
                                                    {"example.com", "?host"},
                                                    {"example.com/path", "?path"},
                                                    {"example.com/path/deep", "https://idp.example/deep"}};
  for (int order = 0; order < 2; ++order) {
    CHECK(choose(conditions, "example.com", "/path/deep/x") == "https://idp.example/deep");
    CHECK(choose(conditions, "example.com", "/path/x") == "?path");
    CHECK(choose(conditions, "example.com", "/x") == "?host");
    CHECK(choose(conditions, "other.example", "/path") == "?default");
    std::reverse(conditions.begin(), conditions.end());
  }
}

TEST_CASE(
    "conditional URLs: of two equal conditions the first one is taken; without one that fits nothing "
    "changes") {
  CHECK(choose({{"a.example", "?first"}, {"a.example", "?second"}}, "a.example", "/") == "?first");
  CHECK(choose({{"a.example", "?first"}}, "b.example", "/") == "-");
  CHECK(choose({}, "b.example", "/") == "-");
}

}  // namespace router::conditional_urls_test
