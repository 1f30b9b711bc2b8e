#include "http/headers.h"

#include <doctest/doctest.h>

#include <string>

namespace router::headers_test {

using namespace router::http;
using std::string;

namespace {

string written(const Headers& headers) {
  string out;
  headers.write_to(out);
  return out;
}

}  // namespace

TEST_CASE("headers: order and spelling stay, names are compared without case") {
  Headers headers;
  headers.add("X-A", "1");
  headers.add("x-b", "2");
  headers.add("x-a", "3");
  CHECK(headers.get("X-a") == "1");
  CHECK(headers.count("x-A") == 2);
  CHECK_FALSE(headers.get("x-c").has_value());
  CHECK(written(headers) == "X-A: 1\r\nx-b: 2\r\nx-a: 3\r\n");
}

TEST_CASE("headers: set leaves one field, where the first was") {
  Headers headers;
  headers.add("a", "1");
  headers.add("b", "2");
  headers.add("A", "3");
  headers.set("a", "new");
  CHECK(written(headers) == "a: new\r\nb: 2\r\n");
  headers.set("c", "3");
  CHECK(written(headers) == "a: new\r\nb: 2\r\nc: 3\r\n");
  headers.remove("B");
  CHECK(headers.size() == 2);
  headers.clear();
  CHECK(headers.empty());
  headers.add("d", "4");
  CHECK(headers.get("d") == "4");
}

TEST_CASE("headers: what was added is a copy, a clone outlives its original") {
  Headers clone;
  {
    Headers headers;
    string view = "viewed";
    string value = "short-lived";
    headers.add("a", value);
    headers.add_view("b", view);
    value = "overwritten";
    CHECK(headers.get("a") == "short-lived");
    clone = headers.clone();
  }
  CHECK(clone.get("a") == "short-lived");
  CHECK(clone.get("b") == "viewed");
}

TEST_CASE("headers: big values and many fields are kept") {
  Headers headers;
  const string big(5000, 'x');
  headers.add("big", big);
  for (int i = 0; i < 200; ++i) headers.add("n" + std::to_string(i), std::to_string(i));
  CHECK(headers.get("big") == big);
  CHECK(headers.get("n0") == "0");
  CHECK(headers.get("n199") == "199");
}

TEST_CASE("headers: a moved-from one can be used again") {
  Headers first;
  first.add("a", "1");
  const Headers second = std::move(first);
  first.clear();
  first.add("b", "2");
  CHECK(second.get("a") == "1");
  CHECK(first.get("b") == "2");
}

TEST_CASE("headers: tokens of a list are found in any of its lines") {
  Headers headers;
  headers.add("Connection", "keep-alive, ,\tUpgrade ");
  headers.add("connection", "x-hop");
  CHECK(headers.has_token("Connection", "upgrade"));
  CHECK(headers.has_token("Connection", "X-Hop"));
  CHECK_FALSE(headers.has_token("Connection", "keep"));
  CHECK_FALSE(headers.has_token("Upgrade", "websocket"));
}

TEST_CASE("headers: field names are tokens, values have no control characters") {
  for (const auto good : {"Host", "x_y", "!#$%&'*+-.^_`|~9"}) CHECK(is_token(good));
  for (const auto bad : {"", "a b", "a:", "a/b", "(a)", "\xC3\xA4", "a\t"}) CHECK_FALSE(is_token(bad));
  CHECK_FALSE(is_token(std::string_view("a\0", 2)));
  CHECK(is_field_value("a\tb \xC3\xA4"));
  CHECK(is_field_value(""));
  for (const auto bad : {"a\r\nb", "a\nb", "\x7F", "\x01"}) CHECK_FALSE(is_field_value(bad));
  CHECK_FALSE(is_field_value(std::string_view("\0", 1)));
}

}  // namespace router::headers_test
