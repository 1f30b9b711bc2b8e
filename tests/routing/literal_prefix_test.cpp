#include "routing/literal_prefix.h"

#include <doctest/doctest.h>

namespace router::literal_prefix_test {

using router::routing::literal_prefix;

TEST_CASE("literal prefix: what every match of a source begins with") {
  struct Row {
    const char* source;
    const char* prefix;
  };
  const Row rows[] = {
      {"^/app1/(.*)$", "/app1/"},
      {"^/app1/", "/app1/"},
      {"^/admin$", "/admin"},
      {"^/logout-page.html$", "/logout-page"},
      {"^/logout-page\\.html$", "/logout-page.html"},
      {"^\\/a\\-b\\/(.*)", "/a-b/"},
      {"^/a\\?x=(.*)$", "/a?x="},
      {"^/a/(b|c)/(.*)$", "/a/"},
      {"^/a/[b|c]/", "/a/"},
      {"^/a[]|]", ""},
      {"^/(?:a|b)", "/"},
      {"^/ab+", "/ab"},
      {"^/ab+?c", "/ab"},
  };
  for (const auto& [source, prefix] : rows) {
    CAPTURE(source);
    CHECK(literal_prefix(source) == prefix);
  }
}

TEST_CASE("literal prefix: text that may be absent does not count") {
  struct Row {
    const char* source;
    const char* prefix;
  };
  const Row rows[] = {
      {"", ""},
      {"/app", ""},
      {"(^/app)", ""},
      {"^/a|^/b", ""},
      {"^/a|", ""},
      {"^/a(b)|c", ""},
      {"^/a\\(|b\\)", ""},
      {"^/a[(]|b[)]", ""},
      {"^/ab*", "/a"},
      {"^/ab?c", "/a"},
      {"^/ab{0,2}", "/a"},
      {"^/a\\/?b", "/a"},
      {"^(?i)/app", ""},
      {"^/app(?i)/x", ""},
      {"^/a(?#()|b)c|d", ""},
      {"^/a\\Q|\\E", ""},
      {"^/a\\c[|/b]", ""},
      {"^/a\\d", "/a"},
      {"^/a\\", "/a"},
      {"^/\xC3\xA4", "/"},
      {"^^/a", ""},
  };
  for (const auto& [source, prefix] : rows) {
    CAPTURE(source);
    CHECK(literal_prefix(source) == prefix);
  }
}

}  // namespace router::literal_prefix_test
