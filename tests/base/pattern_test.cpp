#include "base/pattern.h"

#include <doctest/doctest.h>

#include "support/hostile_json.h"

namespace router::pattern_test {

using namespace router::base;
using std::string;

namespace {

Pattern compiled(std::string_view source, bool match_case = true) {
  auto result = Pattern::compile(source, match_case);
  REQUIRE(std::holds_alternative<Pattern>(result));
  return std::get<Pattern>(std::move(result));
}

bool matches(std::string_view source, std::string_view subject, bool match_case = true) {
  const auto match = compiled(source, match_case).match(subject);
  REQUIRE(match.has_value());
  return match->has_value();
}

}  // namespace

TEST_CASE("pattern: matching is containment, anchors make it whole") {
  struct Row {
    const char* source;
    const char* subject;
    bool expected;
  };
  const Row rows[] = {
      {"/app/", "/x/app/y", true},
      {"^/app/", "/x/app/y", false},
      {"^/app/(.*)$", "/app/", true},
      {"^/admin$", "/admin", true},
      {"^/admin$", "/admin\n", false},
      {"^/admin$", "/admin/", false},
      {"a[]b", "ab", false},
      {"a[^]b", "a/b", true},
      {"^/\\u0061pp$", "/app", true},
      {"^/\\x61pp$", "/app", true},
      {"^\\/a\\-b$", "/a-b", true},
      {"(?<n>a)\\k<n>", "aa", true},
      {"^(?:(a)|b)\\1$", "b", true},
      {"", "", true},
      {"^$", "", true},
  };
  for (const auto& [source, subject, expected] : rows) {
    CAPTURE(source);
    CAPTURE(subject);
    CHECK(matches(source, subject) == expected);
  }
}

TEST_CASE("pattern: case counts unless told otherwise") {
  CHECK_FALSE(matches("^/App", "/app"));
  CHECK(matches("^/App", "/aPP", false));
}

TEST_CASE("pattern: groups are views into the subject, absent where they took no part") {
  const auto pattern = compiled("^/(a)?(b*)/(.*)$");
  CHECK(pattern.group_count() == 3);
  const string subject = "/b/rest";
  const auto found = pattern.match(subject);
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  const auto& match = **found;
  CHECK(match.begin == 0);
  CHECK(match.end == subject.size());
  CHECK(match.groups.size() == 4);
  CHECK(match.groups[0] == subject);
  CHECK_FALSE(match.groups[1].has_value());
  CHECK(match.groups[2] == "b");
  CHECK(match.groups[3] == "rest");
  CHECK_FALSE(match.groups[4].has_value());

  const auto empty = pattern.match("/a/");
  CHECK((*empty)->groups[2] == "");
  CHECK((*empty)->groups[3] == "");
}

TEST_CASE("pattern: groups can be read from another copy of the subject") {
  const auto pattern = compiled("^/(.*)$");
  auto subject = std::make_unique<string>("/abc");
  const auto match = **pattern.match(*subject);
  const string copy = *subject;
  subject.reset();
  CHECK(match.groups.in(copy, 1) == "abc");
}

TEST_CASE("pattern: a trailing group that took no part is absent") {
  const auto match = **compiled("^(a)(b)?").match("ac");
  CHECK(match.groups.size() == 3);
  CHECK_FALSE(match.groups[2].has_value());
}

TEST_CASE("pattern: more groups than are kept still match") {
  string source = "^";
  for (int i = 0; i < 20; ++i) source += "(a)";
  const auto pattern = compiled(source);
  CHECK(pattern.group_count() == Pattern::Groups::kKept - 1);
  const string subject(20, 'a');
  const auto match = **pattern.match(subject);
  CHECK(match.groups.size() == Pattern::Groups::kKept);
  CHECK(match.groups[15] == "a");
  CHECK_FALSE(match.groups[16].has_value());
}

TEST_CASE("pattern: named groups have numbers") {
  const auto pattern = compiled("^/(x)/(?<rest>.*)$");
  CHECK(pattern.has_named_groups());
  CHECK(pattern.group_number("rest") == 2);
  CHECK_FALSE(pattern.group_number("other").has_value());
  CHECK_FALSE(compiled("(a)").has_named_groups());
}

TEST_CASE("pattern: a fault is reported with its place") {
  const auto result = Pattern::compile("^/a(b");
  REQUIRE(std::holds_alternative<Pattern::CompileError>(result));
  const auto& error = std::get<Pattern::CompileError>(result);
  CHECK(error.offset == 5);
  CHECK(error.message.find("parenthes") != string::npos);
}

TEST_CASE("pattern: a catastrophic expression gives up in bounded time (D2)") {
  for (const auto source : {"^(a+)+$", "^(a|aa)+$", "^([a-z]+)*!$", "^(.*a){12}$"}) {
    CAPTURE(source);
    const auto pattern = compiled(source);
    const auto subject = string(50'000, 'a') + "!x";
    const auto match = pattern.match(subject);
    // Either it gave up, or PCRE2 saw early that nothing can match.
    if (!match) {
      CHECK(match.error().code == ErrorCode::overloaded);
    } else {
      CHECK_FALSE(match->has_value());
    }
    // Milliseconds really; the bound leaves room for sanitizers.
    CHECK(test::least_cpu_seconds([&] { (void)pattern.match(subject); }) < 2);
  }
}

TEST_CASE("pattern: an honest expression with repeated groups takes a long path") {
  string path;
  for (int i = 0; i < 2000; ++i) path += "/abc";
  CHECK(matches("^(/[a-z]+)+$", path));
  CHECK(matches("^/(.*)$", string(1, '/') + string(60'000, 'x')));
}

}  // namespace router::pattern_test
