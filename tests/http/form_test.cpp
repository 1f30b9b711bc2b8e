#include "http/form.h"

#include <doctest/doctest.h>

namespace router::form_test {

using namespace router::http;

TEST_CASE("form: encodes and decodes to the same fields") {
  const FormFields fields = {{"a b", "c+d"}, {"a b", "\xC3\xA4&="}, {"empty", ""}, {"~*", "1  2"}};
  const auto encoded = encode_form(fields);
  CHECK(encoded == "a+b=c%2Bd&a+b=%C3%A4%26%3D&empty=&~%2A=1++2");
  CHECK(decode_form(encoded) == fields);
  CHECK(encode_form({}).empty());
}

TEST_CASE("form: reads what browsers send") {
  CHECK(decode_form("a&b=&=c&&d=e=f") == FormFields{{"a", ""}, {"b", ""}, {"", "c"}, {"d", "e=f"}});
  CHECK(decode_form("") == FormFields{});
}

TEST_CASE("form: a malformed escape spoils the whole body") {
  CHECK_FALSE(decode_form("a=1&b=%zz").has_value());
  CHECK_FALSE(decode_form("%4=1").has_value());
}

}  // namespace router::form_test
