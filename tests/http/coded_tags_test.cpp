#include "http/coded_tags.h"

#include <doctest/doctest.h>

#include <string>

namespace router::coded_tags_test {

using namespace router::http;
using std::string;

TEST_CASE("coded tags: a strong tag tells its coding, and it comes off again [N20]") {
  for (const auto coding : {Coding::br, Coding::gzip}) {
    for (const string tag :
         {R"("a")", R"("")", R"("a,b")", R"("a-gzip")", R"("--xs-")", R"("a--xs-br")", "\"\xc3\xa4\""}) {
      CAPTURE(tag);
      const auto coded = tag_in_coding(tag, coding);
      CHECK(coded != tag);
      CHECK(names_coded_tag(coded));
      CHECK(without_codings(coded) == tag);
    }
    CHECK(tag_in_coding("\"a\"", coding) == "\"a--xs-" + string(to_string(coding)) + "\"");
    for (const char* tag : {R"(W/"a")", "a", "\"", "", R"("a)"}) CHECK(tag_in_coding(tag, coding) == tag);
  }
}

TEST_CASE("coded tags: the codings come off every tag of a list, and nothing else changes [N20]") {
  struct Row {
    const char* value;
    const char* without;
  };
  const Row rows[] = {
      {R"("a--xs-gzip")", R"("a")"},
      {R"(W/"a--xs-br")", R"(W/"a")"},
      {R"("a--xs-gzip", "b" ,W/"c--xs-br",,"d--xs-zstd")", R"("a", "b" ,W/"c",,"d--xs-zstd")"},
      {R"("a--xs-gzip--xs-br")", R"("a--xs-gzip")"},
      {R"((["a--xs-gzip"] Not ["b"]))", R"((["a"] Not ["b"]))"},
      {"*", "*"},
      {"", ""},
      {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"},
      {R"(a--xs-gzip)", R"(a--xs-gzip)"},
      {R"("a--xs-gzip)", R"("a--xs-gzip)"},
      {R"("a--xs-gzip", "b--xs-br)", R"("a", "b--xs-br)"},
      {R"("a--xs-gzip ")", R"("a--xs-gzip ")"},
      {R"("xs-gzip")", R"("xs-gzip")"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.value);
    CHECK(without_codings(row.value) == row.without);
  }
}

TEST_CASE("coded tags: which fields list tags [N20]") {
  for (const char* name : {"If-Match", "if-none-match", "IF-RANGE", "If"}) CHECK(lists_tags(name));
  for (const char* name : {"If-Modified-Since", "ETag", "I", "X-If-Match", ""}) CHECK_FALSE(lists_tags(name));
}

TEST_CASE("coded tags: a part of a compressed body goes on with no part of the body as it was [N20]") {
  struct Row {
    const char* condition;
    bool is_part;
  };
  const Row rows[] = {
      {R"("a--xs-gzip")", true},
      {R"("a--xs-br")", true},
      {R"("a")", false},
      {R"(W/"a")", false},
      {"Sun, 06 Nov 1994 08:49:37 GMT", false},
      {R"("a--xs-zstd")", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.condition);
    Headers request;
    request.add("If-Range", row.condition);
    CHECK(has_part_of_coded(request) == row.is_part);
  }
  CHECK_FALSE(has_part_of_coded({}));
}

}  // namespace router::coded_tags_test
