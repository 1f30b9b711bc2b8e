#include "config/json_reader.h"

#include <doctest/doctest.h>

namespace router::config::json_reader_test {
namespace {

std::string first_issue(std::string text, const JsonLimits& limits = {}) {
  Issues issues;
  read_json("f.json", std::move(text), issues, limits);
  const auto all = issues.sorted();
  return all.empty() ? "" : to_text(all.front());
}

TEST_CASE("json reader: every value and key has a line and a column") {
  Issues issues;
  const auto document =
      read_json("f.json", "{\n  \"a\": [1, 2.5e3,\n    {\"b/c\": \"x\\\"y\", \"~\": null}],\n  \"é\": true}", issues);
  REQUIRE(document);
  CHECK(issues.empty());
  struct Row {
    const char* pointer;
    PositionOf what;
    std::size_t line;
    std::size_t column;
  };
  for (const Row& row :
       {Row{"", PositionOf::value, 1, 1}, Row{"/a", PositionOf::key, 2, 3}, Row{"/a", PositionOf::value, 2, 8},
        Row{"/a/0", PositionOf::value, 2, 9}, Row{"/a/1", PositionOf::value, 2, 12},
        Row{"/a/2", PositionOf::value, 3, 5}, Row{"/a/2/b~1c", PositionOf::key, 3, 6},
        Row{"/a/2/b~1c", PositionOf::value, 3, 13}, Row{"/a/2/~0", PositionOf::value, 3, 26},
        Row{"/é", PositionOf::key, 4, 3}, Row{"/é", PositionOf::value, 4, 8}, Row{"/a/3", PositionOf::value, 0, 0},
        Row{"/b", PositionOf::value, 0, 0}}) {
    CAPTURE(row.pointer);
    const Position position = document->position(row.pointer, row.what);
    CHECK(position.line == row.line);
    CHECK(position.column == row.column);
  }
}

TEST_CASE("json reader: a file over the limits is refused before it is parsed") {
  CHECK(first_issue("[1,2,3]", {.file_bytes = 3}) ==
        "f.json:1:1: error: found a file of 7 bytes, expected at most 3 bytes");
  CHECK(first_issue("[[[1]]]", {.depth = 2}) ==
        "f.json:1:3: error: found nesting deeper than 2, expected a flatter document");
  CHECK(first_issue("[\"abcd\"]", {.string_bytes = 3}) ==
        "f.json:1:2: error: found a string of 4 bytes, expected at most 3 bytes");
}

TEST_CASE("json reader: ten thousand levels are a fault, not a crash") {
  CHECK(first_issue(std::string(10'000, '[')).find("nesting deeper than 64") != std::string::npos);
  CHECK(first_issue(std::string(5 * 1024 * 1024, ' ')).find("a file of") != std::string::npos);
}

TEST_CASE("json reader: duplicate keys are all reported, in each object for itself") {
  Issues issues;
  read_json("f.json", R"({"a":{"x":1,"x":2},"b":{"x":1},"a":3})", issues);
  CHECK(to_text(issues) ==
        "f.json:1:13: error: found the key \"x\" a second time, expected each key once in an object\n"
        "f.json:1:32: error: found the key \"a\" a second time, expected each key once in an object\n");
}

TEST_CASE("json reader: a syntax error shows no text of strings, which may be secrets") {
  CHECK(first_issue("{\"clientsecret\": \"s3cret\" \"x\"}").find("s3cret") == std::string::npos);
  CHECK(first_issue("{\"clientsecret\": \"s3cret").find("s3cret") == std::string::npos);
}

TEST_CASE("json reader: a syntax error shows no text at all, for whose value it is nobody can tell [S18]") {
  for (const char* text :
       {"{\"SESSION_SECRET\": hunter2}", "{\"SESSION_SECRET\": hunter2, \"a\": 1}", "{\"SESSION_SECRET\" hunter2}",
        "{\"a\": \"x\" hunter2}", "{\"SESSION_SECRET\": 'hunter2'}", "{SESSION_SECRET: hunter2}",
        "{\"clientsecret\": [hunter2]}", "{\"credentials\": {\"key\": hunter2}}", "hunter2",
        "{\"a\": \"hunter2\nrest\"}", "{\"a\": \"\\uhunter2\"}", "{\"a\": true hunter2}", "{\"a\": thunter2}",
        "{\"a\": -hunter2}", "{\"a\": 12hunter2}", "{\"a\": \"; expected hunter2 \x01\"}", "{\"a\":\xC3hunter2}"}) {
    CAPTURE(text);
    const auto issue = first_issue(text);
    CHECK(issue.find("error: found ") != std::string::npos);
    CHECK(issue.find("hunter2") == std::string::npos);
  }
  CHECK(first_issue("{\"SESSION_SECRET\": 1234e567}").find("1234") == std::string::npos);
  CHECK(first_issue("{\"credentials\": {\"a\": {}, \"b\": [0, 1234e567]}}").find("1234") == std::string::npos);
  const std::string digits(400, '7');
  CHECK(first_issue("{\"SESSION_SECRET\": " + digits + "}").find("777") == std::string::npos);
  CHECK(first_issue("{\"SESSION_SECRET\": 1234x}").find("1234") == std::string::npos);
}

TEST_CASE("json reader: a syntax error still says what stands there [S18]") {
  CHECK(first_issue("{\"a\": hunter2}") == "f.json:1:7: error: found text without quotes, expected JSON");
  CHECK(first_issue("{\"a\": True}") == "f.json:1:7: error: found \"True\", expected JSON");
  CHECK(first_issue("{\"a\": 1 }}").find("found \"}\"") != std::string::npos);
}

}  // namespace
}  // namespace router::config::json_reader_test
