#include "http/cookie.h"

#include <doctest/doctest.h>

#include <string>

namespace router::cookie_test {

using namespace router::http;
using std::string;

TEST_CASE("cookie: pairs are read in order, as sent") {
  const auto pairs = parse_cookies("a=1; b = \"x y\" ;c=d=e;;  ; a=2");
  REQUIRE(pairs.size() == 4);
  CHECK(pairs[0].name == "a");
  CHECK(pairs[0].value == "1");
  CHECK(pairs[0].raw == "a=1");
  CHECK(pairs[1].name == "b");
  CHECK(pairs[1].value == "\"x y\"");
  CHECK(pairs[1].raw == "b = \"x y\"");
  CHECK(pairs[2].value == "d=e");
  CHECK(pairs[3].name == "a");
  CHECK(pairs[3].value == "2");
}

TEST_CASE("cookie: one without a name is not a cookie (OpenID check 55)") {
  CHECK(parse_cookies(" =__Host-SESSION=x").empty());
  CHECK(parse_cookies("=x; \t=y; nameless").empty());
  CHECK_FALSE(parse_set_cookie("=__Host-SESSION=x").has_value());
  CHECK_FALSE(parse_set_cookie(" = x; Path=/").has_value());
  CHECK_FALSE(parse_set_cookie("nameless; Path=/").has_value());
  const auto other_case = parse_cookies("__host-SESSION=x");
  REQUIRE(other_case.size() == 1);
  CHECK(other_case[0].name != "__Host-SESSION");
}

TEST_CASE("cookie: a tossed second one of the same name is seen (OpenID check 54)") {
  const auto pairs = parse_cookies("JSESSIONID=tossed; JSESSIONID=mine");
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].value == "tossed");
  CHECK(pairs[1].value == "mine");
}

TEST_CASE("cookie: hostile values are read in one pass and never throw (OpenID check 56)") {
  CHECK(parse_cookies(string(100'000, ';')).empty());
  CHECK(parse_cookies(string(100'000, '=')).empty());
  CHECK(parse_cookies("a=" + string(100'000, '=')).size() == 1);
  CHECK(parse_cookies("a=\xFF\xFE").front().value == "\xFF\xFE");
  CHECK(parse_cookies("").empty());
}

TEST_CASE("set-cookie: attributes are read without regard to case and order") {
  const auto cookie = parse_set_cookie(
      "SID = abc=d ; path=/app; HTTPONLY; secure; domain=.Shop.Example; samesite=none; PARTITIONED; "
      "max-age=60; "
      "Expires=Sun, 06 Nov 1994 08:49:37 GMT; Priority=High");
  REQUIRE(cookie.has_value());
  CHECK(cookie->name == "SID");
  CHECK(cookie->value == "abc=d");
  CHECK(cookie->path == "/app");
  CHECK(cookie->domain == "shop.example");
  CHECK(cookie->http_only);
  CHECK(cookie->secure);
  CHECK(cookie->partitioned);
  CHECK(cookie->same_site == "None");
  CHECK(cookie->max_age == 60);
  CHECK(cookie->expires == parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
  CHECK_FALSE(cookie->is_session_cookie());
}

TEST_CASE("set-cookie: what makes no sense in an attribute is not there") {
  const auto cookie = parse_set_cookie("a=; Path=app; Max-Age=1h; Expires=soon; SameSite=maybe; ; Secured");
  REQUIRE(cookie.has_value());
  CHECK(cookie->value.empty());
  CHECK(cookie->path.empty());
  CHECK_FALSE(cookie->max_age.has_value());
  CHECK_FALSE(cookie->expires.has_value());
  CHECK(cookie->same_site.empty());
  CHECK_FALSE(cookie->secure);
  CHECK(cookie->is_session_cookie());
}

TEST_CASE("set-cookie: the last of repeated attributes counts, and times are saturated") {
  CHECK(parse_set_cookie("a=b; Path=/x; Path=/y")->path == "/y");
  CHECK(parse_set_cookie("a=b; Max-Age=-9999999999999999999999")->max_age == -1);
  CHECK(parse_set_cookie("a=b; Max-Age=9999999999999999999999")->max_age == INT64_MAX);
  CHECK(parse_set_cookie("a=b; Max-Age=0")->max_age == 0);
}

TEST_CASE("set-cookie: control characters and oversized pairs are refused") {
  CHECK_FALSE(parse_set_cookie("a=b\r\nSet-Cookie: c=d").has_value());
  CHECK_FALSE(parse_set_cookie(std::string_view("a=b\0c", 5)).has_value());
  CHECK_FALSE(parse_set_cookie("a=" + string(4096, 'x')).has_value());
  CHECK(parse_set_cookie("a=b; Path=/" + string(2000, 'x'))->path.empty());
}

TEST_CASE("set-cookie: is written as it was meant, and deleted with the same attributes") {
  SetCookie cookie;
  cookie.name = "JSESSIONID";
  cookie.value = "abc";
  cookie.path = "/";
  cookie.http_only = true;
  cookie.same_site = "Lax";
  CHECK(cookie.to_string() == "JSESSIONID=abc; Path=/; HttpOnly; SameSite=Lax");
  CHECK(deletion_of(cookie).to_string() ==
        "JSESSIONID=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; SameSite=Lax");
  cookie.domain = "shop.example";
  cookie.secure = true;
  cookie.partitioned = true;
  cookie.max_age = 300;
  CHECK(cookie.to_string() ==
        "JSESSIONID=abc; Path=/; Domain=shop.example; Max-Age=300; Secure; HttpOnly; SameSite=Lax; "
        "Partitioned");
  CHECK(parse_set_cookie(cookie.to_string())->to_string() == cookie.to_string());
}

TEST_CASE("cookie: a path matches itself and what is below it [H7]") {
  const struct {
    const char* path;
    const char* cookie_path;
    bool matches;
  } rows[] = {
      {"/", "/", true},         {"/app", "/", true},       {"/app", "/app", true},      {"/app/", "/app", true},
      {"/app/x", "/app", true}, {"/app/x", "/app/", true}, {"/app", "/app/", false},    {"/apple", "/app", false},
      {"/APP", "/app", false},  {"/", "/app", false},      {"/app/x", "/app/y", false}, {"/app", "", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    CAPTURE(row.cookie_path);
    CHECK(path_matches(row.path, row.cookie_path) == row.matches);
  }
}

}  // namespace router::cookie_test
