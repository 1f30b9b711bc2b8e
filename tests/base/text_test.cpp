#include "base/text.h"

#include <doctest/doctest.h>

namespace router::text_test {

using namespace router::base;
using std::string;
using std::string_view;

TEST_CASE("text: case is folded in ASCII only") {
  CHECK(to_lower(string_view("X-CSRF-Token")) == "x-csrf-token");
  CHECK(to_lower(string_view("\xC3\x84")) == "\xC3\x84");
  CHECK(equals_ignoring_case("Host", "hOST"));
  CHECK_FALSE(equals_ignoring_case("Host", "Hos"));
  CHECK_FALSE(equals_ignoring_case("a[", "a{"));
  const std::string name = "X-Forwarded-Preferred-Username";
  for (std::size_t at = 0; at < name.size(); ++at) {
    std::string other = name;
    other[at] = name[at] == '-' ? '_' : static_cast<char>(name[at] ^ 0x20);
    CHECK(equals_ignoring_case(name, other) == (name[at] != '-'));
    other[at] = '?';
    CHECK_FALSE(equals_ignoring_case(name, other));
  }
}

TEST_CASE("text: every byte of a text of any length is compared by its own case [issue 13]") {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        string text(size, 'x');
        string other(size, 'X');
        text[at] = static_cast<char>(byte);
        REQUIRE(to_lower(string_view(text))[at] == to_lower(text[at]));
        for (const char wanted : {'k', '[', '\0', '\xEB'}) {
          other[at] = wanted;
          REQUIRE(equals_ignoring_case(text, other) == (to_lower(text[at]) == wanted));
        }
      }
    }
  }
}

TEST_CASE("text: trim takes spaces and tabs, nothing else") {
  CHECK(trim(" \t a b \t") == "a b");
  CHECK(trim("\n a") == "\n a");
  CHECK(trim(" \t ").empty());
}

TEST_CASE("text: split keeps empty parts") {
  CHECK(split("a,b,,c", ',') == std::vector<string_view>{"a", "b", "", "c"});
  CHECK(split("", ',') == std::vector<string_view>{""});
  CHECK(split(",", ',') == std::vector<string_view>{"", ""});
}

TEST_CASE("text: cut tells an empty second part from none") {
  CHECK(cut("a=b=c", '=').before == "a");
  CHECK(cut("a=b=c", '=').after == "b=c");
  CHECK(cut("a=", '=').after == "");
  CHECK_FALSE(cut("a", '=').after.has_value());
}

TEST_CASE("text: numbers are whole, unsigned and do not overflow") {
  CHECK(parse_unsigned("0") == 0);
  CHECK(parse_unsigned("18446744073709551615") == UINT64_MAX);
  for (const auto bad : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "0x1", "1a"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_unsigned(bad).has_value());
  }
}

TEST_CASE("text: a JSON string can hold any bytes") {
  CHECK(json_quote("a\"b\\c\n") == R"("a\"b\\c\n")");
  CHECK(json_quote(string_view("\0\x1F\x7F", 3)) == R"("\u0000\u001F\u007F")");
  CHECK(json_quote("\xC3\xA4") == "\"\xC3\xA4\"");
  CHECK(json_quote("\xFF") == R"("\ufffd")");
}

TEST_CASE("text: HTML is escaped for text and for quoted attributes") {
  CHECK(html_escape("<a href='x' id=\"y\">&") == "&lt;a href=&#39;x&#39; id=&quot;y&quot;&gt;&amp;");
}

TEST_CASE("text: UTF-8 is shortest form, no surrogates, nothing beyond U+10FFFF") {
  for (const auto good :
       {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF"}) {
    CAPTURE(good);
    CHECK(is_valid_utf8(good));
  }
  for (const auto bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                         "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xFF"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_valid_utf8(bad));
  }
}

TEST_CASE("text: percent encoding leaves unreserved characters only") {
  CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encode("a b&c=/?%\xC3\xA4") == "a%20b%26c%3D%2F%3F%25%C3%A4");
}

TEST_CASE("text: percent decoding refuses malformed escapes") {
  CHECK(percent_decode("a%20b%2f%2F") == "a b//");
  CHECK(percent_decode("a+b") == "a+b");
  CHECK(percent_decode("a+b%2B", true) == "a b+");
  CHECK(percent_decode("%00") == string(1, '\0'));
  for (const auto bad : {"%", "%4", "%zz", "a%", "%4g", "%%41"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decode(bad).has_value());
  }
}

TEST_CASE("text: edit distance counts a swap of neighbours as one") {
  CHECK(edit_distance("logoutPage", "logoutPage") == 0);
  CHECK(edit_distance("logoutPgae", "logoutPage") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

}  // namespace router::text_test
