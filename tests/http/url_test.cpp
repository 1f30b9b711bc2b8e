#include "http/url.h"

#include <doctest/doctest.h>

#include <string>

namespace router::url_test {

using namespace router::http;
using std::string;

TEST_CASE("host: the host cases of h1_cases.json") {
  struct Row {
    const char* id;
    const char* text;
    bool valid;
  };
  const Row rows[] = {
      {"H001", "app.example", true},
      {"H133", "app.example/x", false},
      {"H135", "app example", false},
      {"H136", "app.example, evil.example", false},
      {"H138", "app.example:65536", false},
      {"H141", "app.example\\evil", false},
      {"H142", "[::1", false},
      {"H143", "app.example%2fevil", false},
      {"H144", "", false},
  };
  for (const auto& [id, text, valid] : rows) {
    CAPTURE(id);
    CHECK(parse_host(text).has_value() == valid);
  }
}

TEST_CASE("host: names, addresses and ports") {
  struct Row {
    const char* text;
    const char* host;
    int port;  // 0: none
  };
  const Row rows[] = {
      {"App.Example", "app.example", 0},
      {"app.example:8080", "app.example", 8080},
      {"localhost:1", "localhost", 1},
      {"app.example:65535", "app.example", 65535},
      {"127.0.0.1:80", "127.0.0.1", 80},
      {"[::1]", "[::1]", 0},
      {"[2001:DB8::1]:443", "[2001:db8::1]", 443},
      {"my_service", "my_service", 0},
      {"app.example.", "app.example.", 0},
      {"xn--bcher-kva.example", "xn--bcher-kva.example", 0},
      {"a-1.b2", "a-1.b2", 0},
  };
  for (const auto& [text, host, port] : rows) {
    CAPTURE(text);
    const auto parsed = parse_host(text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->host == host);
    CHECK(parsed->port.value_or(0) == port);
  }
  CHECK(parse_host("App:80")->to_string() == "app:80");
  CHECK(parse_host("App")->to_string() == "app");
}

TEST_CASE("host: what is none") {
  for (const string text :
       {":80",        "a:",       "a:0",       "a:-1",  "a:+80",     "a: 80",     "a:8o",
        "a:80:80",    "a:000080", "user@a",    "a,b",   "a;b",       "a'b",       "a b",
        "a\tb",       "a#",       "a?",        "<a>",   "\xC3\xA4",  ".a",        "a..b",
        ".",          "[::1]x",   "[::1]]",    "::1",   "[]",        "[1.2.3.4]", "[fe80::1%25eth0]",
        "[v1.a]",     "[::g]",    "1.2.3",     "127.1", "256.1.1.1", "1.2.3.4.5", "0x7f000001",
        "2130706433", "a.1",      "01.2.3.4.", "%61"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host(text).has_value());
  }
  CHECK_FALSE(parse_host(string(256, 'a')).has_value());
  CHECK_FALSE(parse_host(string("a\0b", 3)).has_value());
}

TEST_CASE("url: the parts of an absolute URL") {
  const auto url = parse_url("HTTPS://Shop.Example:8443/a/b?x=1?y#frag?");
  REQUIRE(url.has_value());
  CHECK(url->scheme == "https");
  CHECK(url->host == "shop.example");
  CHECK(url->port == 8443);
  CHECK_FALSE(url->default_port);
  CHECK(url->path == "/a/b");
  CHECK(url->query == "x=1?y");
  CHECK(url->fragment == "frag?");
  CHECK(url->secure());
  CHECK(url->authority() == "shop.example:8443");
  CHECK(url->origin() == "https://shop.example:8443");
  CHECK(url->path_and_query() == "/a/b?x=1?y");
  CHECK(url->to_string() == "https://shop.example:8443/a/b?x=1?y#frag?");
}

TEST_CASE("url: the default port is not written") {
  struct Row {
    const char* text;
    int port;
    const char* written;
  };
  const Row rows[] = {
      {"http://a", 80, "http://a"},
      {"http://a:80/", 80, "http://a/"},
      {"https://a:443", 443, "https://a"},
      {"ws://a/x", 80, "ws://a/x"},
      {"wss://a?q", 443, "wss://a?q"},
      {"http://a:443", 443, "http://a:443"},
      {"http://[::1]:80", 80, "http://[::1]"},
      {"http://a?", 80, "http://a?"},
      {"http://a#", 80, "http://a#"},
  };
  for (const auto& [text, port, written] : rows) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE(url.has_value());
    CHECK(url->port == port);
    CHECK(url->to_string() == written);
  }
  CHECK(parse_url("http://a")->path_and_query() == "/");
  CHECK(parse_url("http://a?b")->path_and_query() == "/?b");
}

TEST_CASE("url: what is none") {
  for (const string text : {"",
                            "/a",
                            "//a",
                            "http:",
                            "http:/a",
                            "http:a",
                            "http://",
                            "ftp://a",
                            "javascript://a",
                            "file:///a",
                            "mailto:a@b",
                            "http://user@a/",
                            "http://user:pw@a/",
                            "http://a\\@b",
                            "http://a/\\b",
                            "http://a/ b",
                            "http://a/\r\nX: y",
                            "http://a/\xC3\xA4",
                            "http://a/\"",
                            "http://a/<",
                            " http://a",
                            "http://a:x/",
                            "http://a:/",
                            "https:evil",
                            "http://?a",
                            "http://#a"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text).has_value());
  }
}

TEST_CASE("url: what begins like an absolute http URL") {
  CHECK(is_absolute_http("http://a"));
  CHECK(is_absolute_http("HTTPS://a"));
  CHECK_FALSE(is_absolute_http("http:/a"));
  CHECK_FALSE(is_absolute_http("/http://a"));
  CHECK_FALSE(is_absolute_http("ws://a"));
}

}  // namespace router::url_test
