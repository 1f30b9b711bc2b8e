#include "http/target.h"

#include <doctest/doctest.h>

#include <string>

namespace router::target_test {

using namespace router::http;
using router::base::ErrorCode;
using std::string;

namespace {

void check_refused(std::string_view method, std::string_view raw) {
  CAPTURE(raw);
  const auto target = parse_target(method, raw);
  REQUIRE_FALSE(target.has_value());
  CHECK(target.error().code == ErrorCode::bad_request);
  CHECK(target.error().side == router::base::Side::client);
}

}  // namespace

TEST_CASE("target: the target and path cases of h1_cases.json") {
  struct Row {
    const char* id;
    const char* method;
    string raw;
    const char* forwarded;  // path and query; null: refused
  };
  const Row rows[] = {
      {"H001", "GET", "/public/echo", "/public/echo"},
      {"H149", "GET", "http://app.example/public/echo", "/public/echo"},
      {"H150", "GET", "http://app.example/public/echo", "/public/echo"},
      {"H153", "GET", "ftp://app.example/public/echo", nullptr},
      {"H154", "GET", "http://app.example", "/"},
      {"H156", "GET", "public/echo", nullptr},
      {"H158", "GET", "*", nullptr},
      {"H159", "GET", "/public/echo#/../private/x", nullptr},
      {"H161", "GET", "/public/echo?x=../../private&y=%2e%2e%2f", "/public/echo?x=../../private&y=%2e%2e%2f"},
      {"H163", "GET", "/public/../private/x", nullptr},
      {"H164", "GET", "/public/%2e%2e/private/x", nullptr},
      {"H165", "GET", "/public/.%2e/private/x", nullptr},
      {"H166", "GET", "/public/%2E%2E/private/x", nullptr},
      {"H167", "GET", "/public/..%2fprivate/x", nullptr},
      {"H168", "GET", "/public/%2e%2e%2fprivate/x", nullptr},
      {"H172", "GET", "/public/..%252fprivate/x", nullptr},
      {"H173", "GET", "/public/..%c0%afprivate/x", nullptr},
      {"H174", "GET", "/public/%c0%ae%c0%ae/private/x", nullptr},
      {"H175", "GET", "/public/..%e0%80%afprivate/x", nullptr},
      // a policy case: U+FF0F is a slash to some back-ends
      {"H177", "GET", "/public/..%ef%bc%8fprivate/x", nullptr},
      {"H178", "GET", "/public/..;/private/x", nullptr},
      {"H181", "GET", "/public/../../../../etc/passwd", nullptr},
      {"H182", "GET", "/private/x%00.css", nullptr},
      {"H185", "GET", "/public/a%09b", nullptr},
      {"H186", "GET", "/public/a\tb", nullptr},
      {"H187", "GET", "/public/\x02", nullptr},
      {"H190", "GET", "/public/%zz", nullptr},
      {"H192", "GET", "/public/\xff\xfe", nullptr},
      // 404 later: no route matches, because case counts
      {"H194", "GET", "/PRIVATE/x", "/PRIVATE/x"},
      {"H196", "GET", "/public/a%2fb", "/public/a%2fb"},
      {"H197", "GET", "/static/..%2f..%2f..%2fetc/passwd", nullptr},
      {"H199", "GET", "/static/..\\..\\etc\\passwd", nullptr},
  };
  for (const auto& [id, method, raw, forwarded] : rows) {
    CAPTURE(id);
    if (forwarded == nullptr) {
      check_refused(method, raw);
      continue;
    }
    const auto target = parse_target(method, raw);
    REQUIRE(target.has_value());
    CHECK(target->path_and_query() == forwarded);
  }
}

TEST_CASE("target: absolute-form keeps the authority apart") {
  struct Row {
    const char* method;
    const char* raw;
    const char* authority;
    const char* path_and_query;
  };
  const Row rows[] = {
      {"GET", "HTTP://App.Example:8080/a?b", "app.example:8080", "/a?b"},
      {"GET", "https://[2001:DB8::1]/a", "[2001:db8::1]", "/a"},
      {"GET", "http://app.example?x=1", "app.example", "/?x=1"},
      {"OPTIONS", "http://app.example", "app.example", "*"},
      {"OPTIONS", "http://app.example/", "app.example", "/"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.raw);
    const auto target = parse_target(row.method, row.raw);
    REQUIRE(target.has_value());
    CHECK(target->authority == row.authority);
    CHECK(target->path_and_query() == row.path_and_query);
  }
  CHECK(parse_target("GET", "/a")->authority.empty());
}

TEST_CASE("target: whatever is neither a path nor an http URL of a host is refused") {
  for (const auto raw : {"",
                         "a",
                         "?a",
                         "http:",
                         "http:/a",
                         "http://",
                         "http:///a",
                         "http://:80/",
                         "http://user@app.example/",
                         "http://user:pw@app.example/",
                         "http://app.example:0/",
                         "http://app.example:65536/",
                         "http://app.example/#x",
                         "http://app.example/../x",
                         "http://app.example//x",
                         "ws://app.example/",
                         "app.example:443",
                         "**",
                         "*?x",
                         "http://[::1/",
                         "http://app%2eexample/"}) {
    check_refused("GET", raw);
  }
}

TEST_CASE("target: the asterisk is for OPTIONS") {
  CHECK(parse_target("OPTIONS", "*")->path == "*");
  CHECK_FALSE(parse_target("OPTIONS", "*")->has_query);
  check_refused("POST", "*");
}

TEST_CASE("target: the query passes byte for byte") {
  for (const string query :
       {"", "a=b&&c", "%zz", "%E4", "x=%00", "?a?b", "..%2f..", "a=\\", "a='\"<>", "\xC3\xA4=\xFF"}) {
    CAPTURE(query);
    const auto target = parse_target("GET", "/a?" + query);
    REQUIRE(target.has_value());
    CHECK(target->has_query);
    CHECK(target->query == query);
    CHECK(target->path_and_query() == "/a?" + query);
  }
  CHECK_FALSE(parse_target("GET", "/a")->has_query);
  for (const string query : {"a b", "a\tb", "a\rb", "a\nb", "\x7F", "a#b"}) check_refused("GET", "/a?" + query);
  check_refused("GET", string("/a?\0", 4));
}

TEST_CASE("path: unreserved escapes are decoded, all others keep their bytes") {
  struct Row {
    const char* raw;
    const char* normalised;
  };
  const Row rows[] = {
      {"/", "/"},
      {"/%70rivate", "/private"},
      {"/a%2Db%2ec%5F%7e%39", "/a-b.c_~9"},
      {"/Orders('A%2FB')", "/Orders('A%2FB')"},
      {"/Orders('A%5cB')", "/Orders('A%5cB')"},
      {"/Files('a%252eb')", "/Files('a%252eb')"},
      {"/a%2525b", "/a%2525b"},
      {"/a%20b%22%27%28%29", "/a%20b%22%27%28%29"},
      {"/a\"b'(c)<d>[e]|{f}^`", "/a\"b'(c)<d>[e]|{f}^`"},
      {"/%c3%a4%E2%82%ac", "/%c3%a4%E2%82%ac"},
      {"/a//b/", "/a//b/"},
      {"/%2Fevil", "/%2Fevil"},
      {"/.git/config", "/.git/config"},
      {"/...", "/..."},
      {"/a..b/..c/d..", "/a..b/..c/d.."},
      {"/a;b=..", "/a;b=.."},
      {"/a%3F%23", "/a%3F%23"},
  };
  for (const auto& [raw, normalised] : rows) {
    CAPTURE(raw);
    const auto path = normalise_path(raw);
    REQUIRE(path.has_value());
    CHECK(*path == normalised);
    CHECK(normalise_path(*path).value_or("refused") == normalised);  // once is enough
  }
}

TEST_CASE("path: every spelling of a dot segment is refused") {
  for (const auto raw : {"/.",
                         "/..",
                         "/./a",
                         "/a/.",
                         "/a/..",
                         "/a/../b",
                         "/%2e",
                         "/%2E/a",
                         "/a/%2e%2E",
                         "/a/.;x",
                         "/a/..;x=y/b",
                         "/a/..%3b/b",
                         "/a%2f..",
                         "/a%2f..%2fb",
                         "/a%2f.",
                         "/a%5c..",
                         "/a%5C%2e%2e%5Cb",
                         "/..%5cb",
                         "/%2f..",
                         "/%252e",
                         "/%252e%252e/a",
                         "/a/.%252e",
                         "/a/%252e%252E;x",
                         "/..%252f",
                         "/a%252f..%255cb",
                         "/('a%2F..%2Fb')"}) {
    CAPTURE(raw);
    CHECK_FALSE(normalise_path(raw).has_value());
  }
}

TEST_CASE("path: what only looks like a dot segment is refused, look-alikes elsewhere are not [issue 15]") {
  for (const auto raw : {"/%EF%BC%8E",                         // fullwidth full stop
                         "/a/%EF%BC%8E%EF%BC%8E/b",            //
                         "/a/.%EF%BC%8E",                      //
                         "/%E2%80%A4%E2%80%A4/b",              // one dot leader
                         "/%E2%80%A5/b",                       // two dot leader
                         "/%EF%B9%92./b",                      // small full stop
                         "/..%EF%BC%8Fb",                      // fullwidth solidus
                         "/a%ef%bc%8f..",                      //
                         "/a%EF%BC%8F%EF%BC%8E.%2fb",          //
                         "/..%EF%BC%BCb",                      // fullwidth reverse solidus
                         "/..%E2%88%95b",                      // division slash
                         "/..%E2%81%84b",                      // fraction slash
                         "/..%E2%A7%B8b",                      // big solidus
                         "/..%EF%B9%A8b",                      // small reverse solidus
                         "/a%E2%88%96..",                      // set minus
                         "/..;x%EF%BC%8Fb",                    //
                         "/%25EF%25BC%258E%25EF%25BC%258E/a",  // twice encoded
                         "/..%25EF%25BC%258Fa"}) {
    CAPTURE(raw);
    CHECK_FALSE(normalise_path(raw).has_value());
  }
  for (const auto raw : {"/a%EF%BC%8Eb", "/a%EF%BC%8Fb", "/%E2%80%A4%E2%80%A4%E2%80%A4/b", "/1%E2%81%842", "/%C3%A4..",
                         "/a..%EF%BC%8Fb", "/%EF%BC%8Fa"}) {
    CAPTURE(raw);
    CHECK(normalise_path(raw).has_value());
  }
}

TEST_CASE("path: malformed escapes, control characters and raw non-ASCII are refused") {
  for (const string raw :
       {"",     "a",    "//",       "//evil",  "/%",         "/%4",           "/a%4/b",    "/%4/",   "/%g1", "/%00",
        "/%0a", "/%1F", "/%7f",     "/a b",    "/a\r",       "/a\x7F",        "/\xC3\xA4", "/a\\b",  "/a?b", "/a#b",
        "/%80", "/%c3", "/%c3/%a4", "/%C1%81", "/%ed%a0%80", "/%f4%90%80%80", "/%ff",      "/%u0041"}) {
    CAPTURE(raw);
    CHECK_FALSE(normalise_path(raw).has_value());
  }
  CHECK_FALSE(normalise_path(string("/\0", 2)).has_value());
}

TEST_CASE("path: one put together by rewriting may begin with slashes, but not climb") {
  CHECK(check_rewritten_path("/a").has_value());
  CHECK(check_rewritten_path("//a/%2F").has_value());
  CHECK_FALSE(check_rewritten_path("a").has_value());
  CHECK_FALSE(check_rewritten_path("//../a").has_value());
  CHECK_FALSE(check_rewritten_path("/%252e%252e/a").has_value());
  CHECK_FALSE(check_rewritten_path("/a b").has_value());
}

}  // namespace router::target_test
