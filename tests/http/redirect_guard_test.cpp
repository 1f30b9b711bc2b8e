#include "http/redirect_guard.h"

#include <doctest/doctest.h>

#include <string>

namespace router::redirect_guard_test {

using namespace router::http;
using std::string;

TEST_CASE("return path: paths of this origin are safe") {
  for (const auto path : {"/", "/a", "/a/b.html?x=1&y=%2F%5C//z#frag", "/a//b", "/a?u=https://evil", "/Orders('A%2FB')",
                          "/~user", "/%c3%a4", "/a%5cb", "/a#//evil", "/?a#b"}) {
    CAPTURE(path);
    CHECK(is_safe_return_path(path));
  }
}

TEST_CASE("return path: whatever a browser could read as another origin is not (OpenID check 70)") {
  for (const string path : {"",
                            "https://evil",
                            "//evil",
                            "/\\evil",
                            "/%5cevil",
                            "/%5Cevil",
                            "\t//evil",
                            "/\t/evil",
                            "https:evil",
                            "javascript:alert(1)",
                            "/a\r\nSet-Cookie:x",
                            "a",
                            "?a",
                            "#a",
                            "\\\\evil",
                            "///evil",
                            "/%2fevil",
                            "/%2Fevil",
                            "/%255cevil",
                            "/%25252fevil",
                            "/%09/evil",
                            "/..//evil",
                            "/./evil",
                            "/%2e%2e//evil",
                            "/a\\b",
                            "/a?b\\c d",
                            "/a b",
                            "/\xC3\xA4",
                            "/a\x7F",
                            "/%00",
                            " /a",
                            "http:/evil",
                            "/;/../evil"}) {
    CAPTURE(path);
    CHECK_FALSE(is_safe_return_path(path));
  }
}

TEST_CASE("trusted url: part by part, the star never leaves its part") {
  struct Row {
    const char* pattern;
    const char* url;
    bool trusted;
  };
  const Row rows[] = {
      {"https://*.example.com/*", "https://shop.example.com/bye", true},
      {"https://*.example.com/*", "https://a.b.example.com/", true},
      {"https://*.example.com/*", "https://SHOP.example.com:443", true},
      {"https://*.example.com/*", "https://example.com/", false},
      {"https://*.example.com/*", "http://shop.example.com/", false},
      {"https://*.example.com/*", "https://shop.example.com:8443/", false},
      {"https://*.example.com/*", "https://evil.com/a.example.com/", false},
      {"https://*.example.com/*", "https://evil.com?.example.com/", false},
      {"https://*.example.com/*", "https://evil.com#.example.com/", false},
      {"https://*.example.com/*", "https://shop.example.com@evil.com/", false},
      {"https://*.example.com/*", "https://evil.com\\.example.com/", false},
      {"https://*.example.com/*", "https://shop.example.com.evil.com/", false},
      {"https://*.example.com/*", "//shop.example.com/", false},
      {"https://*.example.com/*", "https://shop.example.com/x?next=1", true},
      {"https://*.example.com:*/*", "https://shop.example.com:8443/x", true},
      {"http://app.example.com:80/*", "http://app.example.com/x", true},
      {"http://app.example.com/app/*", "http://app.example.com/app/../admin", false},
      {"http://app.example.com/app/*", "http://app.example.com/app/%2e%2e/admin", false},
      {"http://app.example.com/app/*/bye", "http://app.example.com/app/1/2/bye", true},
      {"http://app.example.com/app/*/bye", "http://app.example.com/app/bye", false},
      {"http://app.example.com/exact", "http://app.example.com/exact", true},
      {"http://app.example.com/exact", "http://app.example.com/exact/", false},
      {"http://app.example.com", "http://app.example.com/", true},
      {"http://app.example.com", "http://app.example.com/x", false},
      {"http://app.example.com/*?*", "http://app.example.com/x?y", true},
      {"http://app.example.com/*?*", "http://app.example.com/x", false},
      {"http://app.example.com/?a=*", "http://app.example.com/?a=1?2", false},
      {"http://app.example.com/?a=*", "http://app.example.com/?a=1", true},
      {"http://[::1]:8080/*", "http://[::1]:8080/x", true},
      {"*", "https://evil.com/", false},
      {"*://*/*", "https://evil.com/", false},
      {"ftp://a/*", "ftp://a/x", false},
      {"", "https://evil.com/", false},
  };
  for (const auto& [pattern, url, trusted] : rows) {
    CAPTURE(pattern);
    CAPTURE(url);
    CHECK(matches_trusted_url(pattern, url) == trusted);
  }
}

}  // namespace router::redirect_guard_test
