#include "routing/rewrite.h"

#include <doctest/doctest.h>

#include <string>

#include "support/routes.h"

namespace router::rewrite_test {

using namespace router::routing;
using router::base::ErrorCode;
using router::base::Pattern;
using router::config::Route;
using router::test::make_route;
using router::test::make_target;
using std::string;

namespace {

Pattern::Match match_of(const Route& route, const router::http::Target& target) {
  const auto match = route.pattern->match(route.matches_query ? target.path_and_query() : target.path);
  REQUIRE(match.has_value());
  REQUIRE(match->has_value());
  return **match;
}

Route with_target(string source, string target) {
  auto route = make_route(std::move(source));
  route.target = std::move(target);
  return route;
}

router::base::Result<string> rewritten(const Route& route, std::string_view raw) {
  const auto target = make_target(raw);
  return rewrite(route, match_of(route, target), target);
}

}  // namespace

TEST_CASE("rewrite: without a target the path goes on as it is") {
  CHECK(rewritten(make_route("^/app1/(.*)$"), "/app1/a/b?x=%20&&y").value_or("error") == "/app1/a/b?x=%20&&y");
  CHECK(rewritten(make_route("^/app1"), "/app1/%2F?").value_or("error") == "/app1/%2F?");
}

TEST_CASE("rewrite: the matched part is replaced by the target, leading slashes become one [K5]") {
  struct Row {
    const char* source;
    const char* target;
    const char* raw;
    const char* expected;
  };
  const Row rows[] = {
      {"^/app1/(.*)$", "/before/$1/after", "/app1/a/b", "/before/a/b/after"},
      {"^/app1/(.*)$", "$1", "/app1/a/b", "/a/b"},
      {"^/app1/(.*)$", "$1", "/app1/", "/"},
      {"^/app1/(.*)$", "", "/app1/a", "/"},
      {"^/app1/", "/", "/app1/a/b", "/a/b"},
      {"^/app1", "", "/app1/a/b", "/a/b"},
      {"/inner/", "/", "/a/inner/b/inner/c", "/a/b/inner/c"},
      {"^/destination/([^/]+)/(.*)$", "$2", "/destination/myDestination/myTarget", "/myTarget"},
      {"^/(a)/(b)/(.*)$", "/$3/$2/$1", "/a/b/c", "/c/b/a"},
      {"^/a/(x)?(.*)$", "/[$1]$2", "/a/b", "/[]b"},
      {"^/a/(.*)$", "/$2$1", "/a/b", "/$2b"},
      {"^/a/(.*)$", "/$12", "/a/b", "/b2"},
      {"^/a/(.*)$", "/$01$0$", "/a/b", "/b$0$"},
      {"^/a/(.*)$", "/$$1", "/a/b", "/$1"},
      {"/b/", "/[$&|$`|$']/", "/a/b/c", "/a/[/b/|/a|c]/c"},
      {"^/(?<app>[^/]+)/(.*)$", "/$2/$<app>$<none>", "/a/b", "/b/a"},
      {"^/a/(.*)$", "/$<app>$1", "/a/b", "/$<app>b"},
      {"^/a(.*)$", "$1", "/a//b//c", "/b//c"},
      {"^/a(.*)$", "/$1", "/a///b", "/b"},
      {"^/a/", "/", "/a//b//", "/b//"},
      {"^/a", "", "/a//", "/"},
      {"^/a/(.*)$", "//$1", "/a/b", "/b"},
      {"^/a(.*)$", "/x/$1", "/a//b", "/x///b"},
      {"^/a(.*)$", "$1", "/a/%2F%2Fb", "/%2F%2Fb"},
      {"^/a(.*)$", "$1", "/a//b?c=//d", "/b?c=//d"},
      {"^/a\\?p=(.*)$", "$1", "/a?p=//b", "/b"},
      {"^/a/(.*)$", "$1", "/a/x%2Fy%20z", "/x%2Fy%20z"},
  };
  for (const auto& [source, target, raw, expected] : rows) {
    CAPTURE(source);
    CAPTURE(target);
    CHECK(rewritten(with_target(source, target), raw).value_or("error") == expected);
  }
}

TEST_CASE("rewrite: the query is appended after rewriting, byte for byte") {
  CHECK(rewritten(with_target("^/a/(.*)$", "$1"), "/a/b?x=%7e+&y").value_or("error") == "/b?x=%7e+&y");
  CHECK(rewritten(with_target("^/a/(.*)$", "$1"), "/a/b?").value_or("error") == "/b?");
  CHECK(rewritten(with_target("^/a/(.*)$", "$1?fixed=1"), "/a/b?x").value_or("error") == "/b?fixed=1&x");
  CHECK(rewritten(with_target("^/a/(.*)$", "$1?fixed=1"), "/a/b").value_or("error") == "/b?fixed=1");
  CHECK(rewritten(with_target("^/a/(.*)$", "$1?fixed=1"), "/a/b?").value_or("error") == "/b?fixed=1");
}

TEST_CASE("rewrite: a source that matches the query rewrites it too, and it is not appended again") {
  CHECK(rewritten(with_target("^/a\\?id=([0-9]+)(.*)$", "/items/$1?old$2"), "/a?id=7&x=y").value_or("error") ==
        "/items/7?old&x=y");
  CHECK(rewritten(with_target("^/a\\?id=1", "/b?one"), "/a?id=1&x=y").value_or("error") == "/b?one&x=y");
  CHECK(rewritten(with_target("^/a(\\?.*)?$", "/b"), "/a?x").value_or("error") == "/b");
  CHECK(rewritten(make_route("^/a\\?x"), "/a?x=1").value_or("error") == "/a?x=1");
}

TEST_CASE("rewrite: captures cannot put a traversal together") {
  struct Row {
    const char* source;
    const char* target;
    const char* raw;
  };
  const Row rows[] = {
      {"^/a(.*)$", "/$1", "/a../private"},
      {"^/a(.*)$", "/files/$1", "/a.."},
      {"^/a(.*)$", "$1", "/a%252e%252e/x"},
      {"^/a([^/]*)/b([^/]*)$", "/$1$2/x", "/a./b."},
      {"^/a\\?p=(.*)$", "/$1", "/a?p=../../private"},
      {"^/a\\?p=(.*)$", "/$1", "/a?p=%00"},
      {"^/a\\?p=(.*)$", "/$1", "/a?p=\xFF"},
  };
  for (const auto& [source, target, raw] : rows) {
    CAPTURE(raw);
    const auto result = rewritten(with_target(source, target), raw);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::bad_request);
  }
}

TEST_CASE("destination name: fixed, from the path, or from the host") {
  const auto host_pattern = std::get<Pattern>(Pattern::compile("^[^-.]+-([^-.]+)\\.shop\\.example$"));
  const auto no_group = std::get<Pattern>(Pattern::compile("shop"));
  const auto name = [](string source, string destination, std::string_view raw, std::string_view host,
                       const Pattern* pattern) -> string {
    auto route = make_route(std::move(source));
    route.leads_to = config::ToDestination{std::move(destination)};
    const auto target = make_target(raw);
    const auto result = destination_name(route, match_of(route, target), target, host, pattern);
    REQUIRE(result.has_value());
    return result->value_or("none");
  };
  CHECK(name("^/a", "backend", "/a", "h", nullptr) == "backend");
  CHECK(name("^/destination/([^/]+)/(.*)$", "$1", "/destination/mine/x", "h", nullptr) == "mine");
  CHECK(name("^/destination/([^/]*)/(.*)$", "$1", "/destination//x", "h", nullptr) == "none");
  CHECK(name("^/a/([^/]+)", "pre-$1", "/a/b", "h", nullptr) == "pre-b");
  CHECK(name("^/a", "*", "/a", "tenant-mine.shop.example", &host_pattern) == "mine");
  CHECK(name("^/a", "*", "/a", "other.example", &host_pattern) == "none");
  CHECK(name("^/a", "*", "/a", "shop", &no_group) == "none");
  CHECK(name("^/a", "*", "/a", "shop", nullptr) == "none");
}

TEST_CASE("destination name: a route without a destination has none") {
  const auto route = make_route("^/a");
  const auto target = make_target("/a");
  CHECK_FALSE(destination_name(route, match_of(route, target), target, "h", nullptr)->has_value());
}

TEST_CASE("rewrite: whether a slash behind the path comes out behind what it is rewritten to [K7]") {
  struct Row {
    const char* source;
    const char* target;  // null: none
    const char* path;
    bool keeps;
  };
  const Row rows[] = {
      {"^/ui(.*)$", "$1", "/ui", true},      {"^/ui(.*)$", "/$1", "/ui", true},
      {"^/ui(.*)$", "/x/$1", "/ui/a", true}, {"^/ui", "/", "/ui", true},
      {"^/ui", nullptr, "/ui", true},        {"^/ui$", nullptr, "/ui", false},
      {"^/ui$", "/", "/ui", false},          {"^/ui/?$", "/", "/ui", false},
      {"^/ui/.*$", "/", "/ui/a", false},     {"^/ui/(.*)$", "/$1.html", "/ui/a", false},
  };
  for (const auto& [source, target, path, keeps] : rows) {
    CAPTURE(source);
    auto route = make_route(source);
    if (target != nullptr) route.target = target;
    const auto asked = make_target(path);
    const auto answer = keeps_slash_behind(route, match_of(route, asked), asked);
    REQUIRE(answer.has_value());
    CHECK(*answer == keeps);
  }
}

TEST_CASE("join: one slash between the destination's path and the rewritten one [K5]") {
  CHECK(join_paths("", "/a?b") == "/a?b");
  CHECK(join_paths("/", "/a") == "/a");
  CHECK(join_paths("/api", "/a") == "/api/a");
  CHECK(join_paths("/api/", "/a//b?c=/") == "/api/a//b?c=/");
  CHECK(join_paths("/api", "/") == "/api/");
  CHECK(join_paths("/api", "a") == "/api/a");
  CHECK(join_paths("/api", "") == "/api/");
  CHECK(join_paths("/api//", "/a") == "/api/a");
  CHECK(join_paths("//", "/a") == "/a");
  CHECK(join_paths("/a//b", "/c") == "/a//b/c");
}

TEST_CASE("joining: the query of a destination's URL goes in front of the request's [K11]") {
  const auto join = [](const char* base, const char* path) { return join_paths(*http::parse_url(base), path); };
  CHECK(join("http://a/b", "/x?y=2") == "/b/x?y=2");
  CHECK(join("http://a/b?z=1", "/x") == "/b/x?z=1");
  CHECK(join("http://a/b?z=1", "/x?") == "/b/x?z=1");
  CHECK(join("http://a?z=1", "/x?y=2") == "/x?z=1&y=2");
}

TEST_CASE("invert: a back-end's own path is mapped to where the client finds it") {
  struct Row {
    const char* source;
    const char* target;  // null: none
    const char* base;
    const char* path;
    const char* expected;  // null: cannot be inverted
  };
  const Row rows[] = {
      {"^/app1/(.*)$", "$1", "", "/a/b", "/app1/a/b"},
      {"^/app1/(.*)$", "/$1", "", "/a/b", "/app1/a/b"},
      {"^/app1/(.*)$", "/in/$1", "/api/", "/api/in/a", "/app1/a"},
      {"^/app1/(.*)$", "in/$1", "/api", "/api/in/a", "/app1/a"},
      {"^/app1(/.*)$", "$1", "", "/a", "/app1/a"},
      {"^/app1/", "/", "", "/a/b", "/app1/a/b"},
      {"^/app1", "", "", "/a/b", "/app1/a/b"},
      {"^/app1/(.*)$", nullptr, "/api", "/api/app1/a", "/app1/a"},
      {"^/app1/(.*)$", nullptr, "/api", "/api/other/a", nullptr},
      {"^/app1/(.*)$", "$1", "/api", "/apix/a", nullptr},
      {"^/app1/(.*)$", "$1", "/api", "/other", nullptr},
      {"^/app1/(.*)$", "/in/$1", "", "/out/a", nullptr},
      {"^/app1/([a-z]+)$", "/$1", "", "/123", nullptr},
      {"^/(a)/(.*)$", "/$2/$1", "", "/x/a", nullptr},
      {"^/app1/(.*)$", "/$1/after", "", "/a/after", nullptr},
      {"^/app1/(.*)$", "$1", "", "/a/../b", nullptr},
      {"^/app1/(.*)$", "$1", "", "a", nullptr},
      {"^/app1\\?(.*)$", "/$1", "", "/a", nullptr},
  };
  for (const auto& [source, target, base, path, expected] : rows) {
    CAPTURE(source);
    CAPTURE(path);
    auto route = make_route(source);
    if (target != nullptr) route.target = target;
    const auto result = invert(route, base, path);
    CHECK(result.value_or("none") == (expected == nullptr ? string("none") : string(expected)));
  }
}

}  // namespace router::rewrite_test
