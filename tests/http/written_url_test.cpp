// URLs as people write them into a configuration.
#include "http/written_url.h"

#include <doctest/doctest.h>

namespace router::http::written_url_test {
namespace {

TEST_CASE("written URL: blanks, users, fragments and slashes are put right, the query stays [K11]") {
  struct Row {
    const char* written;
    const char* right;
  };
  for (const Row& row :
       {Row{" http://a.example.com/base ", "http://a.example.com/base"},
        Row{"http://a.example.com\n", "http://a.example.com"}, Row{"http://a.exa\tmple.com", "http://a.example.com"},
        Row{"HTTPS://A.example.com:443/B", "https://a.example.com/B"},
        Row{"http://u:p@a.example.com:81", "http://a.example.com:81"},
        Row{"http://u@a.example.com/x", "http://a.example.com/x"},
        Row{"http://u:p@ss@a.example.com", "http://a.example.com"},
        Row{"http:/a.example.com/x", "http://a.example.com/x"}, Row{"http:////a.example.com", "http://a.example.com"},
        Row{"http:\\\\a.example.com\\x", "http://a.example.com/x"},
        Row{"http://a.example.com/a b/", "http://a.example.com/a%20b/"},
        Row{"http://a.example.com/\xC3\xA4", "http://a.example.com/%C3%A4"},
        Row{"http://a.example.com/\"<b>", "http://a.example.com/%22%3Cb%3E"},
        Row{"http://a.example.com/x#f", "http://a.example.com/x"},
        Row{"http://a.example.com?x=1", "http://a.example.com?x=1"},
        Row{"http://a.example.com/b?x=1 2#f", "http://a.example.com/b?x=1%202"},
        Row{"http://a.example.com/b?x=\\", "http://a.example.com/b?x=%5C"},
        Row{"wss://[::1]:8443/x", "wss://[::1]:8443/x"}}) {
    CAPTURE(row.written);
    const auto url = parse_written_url(row.written);
    REQUIRE(url.has_value());
    CHECK(url->to_string() == row.right);
  }
}

TEST_CASE("written URL: what is none stays none [K11]") {
  for (const char* text :
       {"", " ", "a.example.com", "127.0.0.1:8080", "//a.example.com", "ftp://a.example.com", "http:", "http://",
        "http://local host", "http://a:99999", "http://u:p@", "http:a.example.com", "mailto:a@b.example.com",
        "javascript://a.example.com", "http://a.example.com:0", "http://\xC3\xA4.example.com"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_written_url(text).has_value());
  }
}

}  // namespace
}  // namespace router::http::written_url_test
