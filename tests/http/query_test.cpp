#include "http/query.h"

#include <doctest/doctest.h>

#include <string>

namespace router::query_test {

using namespace router::http;
using std::string;

TEST_CASE("query: parameters keep every byte") {
  const auto parameters = parse_query("siteId=3&&b%20c=d+e&flag&%zz=%4&=x");
  REQUIRE(parameters.size() == 5);
  CHECK(parameters[0].raw == "siteId=3");
  CHECK(parameters[0].name == "siteId");
  CHECK(parameters[0].value == "3");
  CHECK(parameters[1].raw == "b%20c=d+e");
  CHECK(parameters[1].name == "b c");
  CHECK(parameters[1].value == "d e");
  CHECK(parameters[2].name == "flag");
  CHECK_FALSE(parameters[2].value.has_value());
  CHECK(parameters[3].name == "%zz");
  CHECK(parameters[3].value == "%4");
  CHECK(parameters[4].name.empty());
  CHECK(parameters[4].value == "x");
  CHECK(parse_query("").empty());
}

TEST_CASE("query: names are compared after decoding, the first counts") {
  CHECK(query_value("a=1&a=2", "a") == "1");
  CHECK(query_value("%61=1", "a") == "1");
  CHECK(query_value("a", "a") == "");
  CHECK(query_value("ba=1&A=2", "a") == std::nullopt);
  CHECK(query_has("x&skip%2Dredirect", "skip-redirect"));
  CHECK_FALSE(query_has("skip-redirected=1", "skip-redirect"));
  CHECK_FALSE(query_has("", ""));
}

TEST_CASE("query: without some parameters every other byte stays") {
  const auto without = [](std::string_view query, string name) {
    return query_without(query, [name](const QueryParameter& parameter) { return parameter.name == name; });
  };
  CHECK(without("a=1&skip-redirect&b=%7e+x", "skip-redirect") == "a=1&b=%7e+x");
  CHECK(without("skip-redirect=true", "skip-redirect").empty());
  CHECK(without("x&a=1", "x") == "a=1");
  CHECK(without("a=1&x", "x") == "a=1");
  CHECK(without("a&&b&", "x") == "a&&b&");
  CHECK(without("x=1&x=2", "x").empty());
  CHECK(without("", "x").empty());
}

TEST_CASE("query: is appended byte for byte, before the fragment") {
  struct Row {
    const char* url;
    const char* query;
    const char* joined;
  };
  const Row rows[] = {
      {"/logoff.html", "siteId=3", "/logoff.html?siteId=3"},
      {"/logoff.html?a", "siteId=3", "/logoff.html?a&siteId=3"},
      {"/logoff.html#top", "siteId=3", "/logoff.html?siteId=3#top"},
      {"/logoff.html?a#top?", "b=%zz+%E4", "/logoff.html?a&b=%zz+%E4#top?"},
      {"/logoff.html#a?b", "c", "/logoff.html?c#a?b"},
      {"/logoff.html?", "a", "/logoff.html?a"},
      {"/logoff.html?a&", "b", "/logoff.html?a&b"},
      {"/logoff.html?a#x", "", "/logoff.html?a#x"},
      {"http://acme.com/employees.portal", "a=b", "http://acme.com/employees.portal?a=b"},
      {"http://acme.com", "a=b", "http://acme.com?a=b"},
  };
  for (const auto& [url, query, joined] : rows) {
    CAPTURE(url);
    CHECK(append_query(url, query) == joined);
  }
}

TEST_CASE("query: a pair is percent-encoded") {
  CHECK(query_pair("redirect", "https://a/b?c=d&e") == "redirect=https%3A%2F%2Fa%2Fb%3Fc%3Dd%26e");
}

}  // namespace router::query_test
