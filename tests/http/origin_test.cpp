#include "http/origin.h"

#include <doctest/doctest.h>

namespace router::origin_test {

using namespace router::http;

TEST_CASE("origin: scheme, host and port, and nothing else") {
  for (const char* text : {"https://a.example", "http://a.example:8080", "https://[2001:db8::1]"}) {
    CAPTURE(std::string(text));
    CHECK(parse_origin(text));
  }
  for (const char* text : {"null", "", "a.example", "https://a.example/", "https://a.example?x", "https://a.example#x",
                           "https://u@a.example", "file:///a", "https://a.example https://b.example"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_origin(text));
  }
}

TEST_CASE("origin rule: what it does not name is any; a wildcard is for whole labels") {
  const struct {
    OriginRule rule;
    const char* origin;
    bool allowed;
  } rows[] = {
      {{"", "a.example", {}}, "https://a.example", true},
      {{"", "a.example", {}}, "http://a.example:99", true},
      {{"", "a.example", {}}, "https://A.EXAMPLE", true},
      {{"", "a.example", {}}, "https://b.a.example", false},
      {{"https", "a.example", {}}, "http://a.example", false},
      {{"https", "a.example", 443}, "https://a.example", true},
      {{"https", "a.example", 443}, "https://a.example:8443", false},
      {{"", "*.a.example", {}}, "https://b.a.example", true},
      {{"", "*.a.example", {}}, "https://c.b.a.example", true},
      {{"", "*.a.example", {}}, "https://a.example", false},
      {{"", "*.a.example", {}}, "https://evila.example", false},
      {{"", "*", {}}, "http://anybody.example:1", true},
      {{"https", "*", {}}, "http://anybody.example", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule.host);
    CAPTURE(std::string(row.origin));
    CHECK(row.rule.allows(*parse_origin(row.origin)) == row.allowed);
  }
}

}  // namespace router::origin_test
