#include "http/fields.h"

#include <doctest/doctest.h>

#include <string>

#include "support/field_lines.h"

namespace router::fields_test {

using namespace router::http;
using router::test::lines_of;
using std::string;

TEST_CASE("fields: order and spelling stay, names are compared without case") {
  Fields fields;
  fields.add("X-A", "1");
  fields.add("x-b", "2");
  fields.add("x-a", "3");
  CHECK(fields.get("X-a") == "1");
  CHECK(fields.count("x-A") == 2);
  CHECK_FALSE(fields.get("x-c").has_value());
  CHECK(lines_of(fields) == "X-A: 1\r\nx-b: 2\r\nx-a: 3\r\n");
}

TEST_CASE("fields: set leaves one field, where the first was") {
  Fields fields;
  fields.add("a", "1");
  fields.add("b", "2");
  fields.add("A", "3");
  fields.set("a", "new");
  CHECK(lines_of(fields) == "a: new\r\nb: 2\r\n");
  fields.set("c", "3");
  CHECK(lines_of(fields) == "a: new\r\nb: 2\r\nc: 3\r\n");
  fields.remove("B");
  CHECK(fields.size() == 2);
  fields.clear();
  CHECK(fields.empty());
  fields.add("d", "4");
  CHECK(fields.get("d") == "4");
}

TEST_CASE("fields: what was added is a copy, a clone outlives its original") {
  Fields clone;
  {
    Fields fields;
    string view = "viewed";
    string value = "short-lived";
    fields.add("a", value);
    fields.add_view("b", view);
    value = "overwritten";
    CHECK(fields.get("a") == "short-lived");
    clone = fields.clone();
  }
  CHECK(clone.get("a") == "short-lived");
  CHECK(clone.get("b") == "viewed");
}

TEST_CASE("fields: no value begins a line of its own, whoever adds it and however [H2]") {
  for (const auto& bad : {string("a\r\nX-Evil: 1"), string("a\nX-Evil: 1"), string("a\rX-Evil: 1"),
                          string("a\0X-Evil: 1", 11), string("a\x7F")}) {
    CAPTURE(bad);
    Fields fields;
    fields.add("added", bad);
    fields.add_view("viewed", bad);
    fields.set("set", bad);
    fields.add("replaced", "good");
    fields.set("Replaced", bad);
    CHECK(fields.size() == 4);
    for (const auto& field : fields) CHECK(is_field_value(field.value));
    const auto copy = fields.clone();
    CHECK(lines_of(copy) == lines_of(fields));
    Fields passed;
    for (const auto& field : copy) passed.pass(field);
    CHECK(lines_of(passed) == lines_of(fields));
  }
  Fields fields;
  fields.add("a", "1\r\n\t2");
  CHECK(fields.get("a") == "1  \t2");
}

TEST_CASE("fields: what is no name is left out [H2]") {
  Fields fields;
  for (const auto bad : {"", "a b", "a:", "a\r\nb", "\xC3\xA4"}) {
    fields.add(bad, "1");
    fields.add_view(bad, "1");
    fields.set(bad, "1");
  }
  CHECK(fields.empty());
}

TEST_CASE("fields: set may be given a view of what it replaces [H2]") {
  Fields fields;
  fields.add("ETag", "\"1\"");
  fields.add("etag", "\"2\"");
  fields.set("ETAG", fields.get("ETag")->substr(1, 1));
  CHECK(lines_of(fields) == "ETAG: 1\r\n");
  for (int i = 0; i < 100; ++i) fields.set("ETAG", *fields.get("etag"));
  CHECK(lines_of(fields) == "ETAG: 1\r\n");
}

TEST_CASE("fields: big values and many fields are kept") {
  Fields fields;
  const string big(5000, 'x');
  fields.add("big", big);
  for (int i = 0; i < 200; ++i) fields.add("n" + std::to_string(i), std::to_string(i));
  CHECK(fields.get("big") == big);
  CHECK(fields.get("n0") == "0");
  CHECK(fields.get("n199") == "199");
}

TEST_CASE("fields: what came in by any way is found by every question, in any case [issue 13]") {
  const auto ways = {
      +[](Fields& fields) {
        fields.pass({"X-Name", "1"});
      },
      +[](Fields& fields) { fields.add_view("X-Name", "1"); },
      +[](Fields& fields) { fields.add("X-Name", "1"); },
      +[](Fields& fields) { fields.set("X-Name", "1"); },
  };
  for (const auto& put : ways) {
    Fields fields;
    CHECK_FALSE(fields.contains("x-name"));
    put(fields);
    const Fields copy = fields.clone();
    for (const auto* const of : std::initializer_list<const Fields*>{&fields, &copy}) {
      CHECK(of->get("x-name") == "1");
      CHECK(of->count("X-NAME") == 1);
      CHECK(of->has_token("x-Name", "1"));
    }
    fields.set("x-NAME", "2");
    CHECK(lines_of(fields) == "x-NAME: 2\r\n");
    fields.remove("X-name");
    CHECK(fields.empty());
    CHECK_FALSE(fields.contains("X-Name"));
  }
}

TEST_CASE("fields: a moved-from one can be used again") {
  Fields first;
  first.add("a", "1");
  const Fields second = std::move(first);
  first.clear();
  first.add("b", "2");
  CHECK(second.get("a") == "1");
  CHECK(first.get("b") == "2");
}

TEST_CASE("fields: tokens of a list are found in any of its lines") {
  Fields fields;
  fields.add("Connection", "keep-alive, ,\tUpgrade ");
  fields.add("connection", "x-hop");
  CHECK(fields.has_token("Connection", "upgrade"));
  CHECK(fields.has_token("Connection", "X-Hop"));
  CHECK_FALSE(fields.has_token("Connection", "keep"));
  CHECK_FALSE(fields.has_token("Upgrade", "websocket"));
}

TEST_CASE("fields: field names are tokens, values have no control characters") {
  for (const auto good : {"Host", "x_y", "!#$%&'*+-.^_`|~9"}) CHECK(is_token(good));
  for (const auto bad : {"", "a b", "a:", "a/b", "(a)", "\xC3\xA4", "a\t"}) CHECK_FALSE(is_token(bad));
  CHECK_FALSE(is_token(std::string_view("a\0", 2)));
  CHECK(is_field_value("a\tb \xC3\xA4"));
  CHECK(is_field_value(""));
  for (const auto bad : {"a\r\nb", "a\nb", "\x7F", "\x01"}) CHECK_FALSE(is_field_value(bad));
  CHECK_FALSE(is_field_value(std::string_view("\0", 1)));
}

}  // namespace router::fields_test
