// Regular expressions as JavaScript reads them, recorded from the Node router where it was asked (the shape
// sources-idioms of tests/e2e/differential).
#include "base/pattern_dialect.h"

#include <doctest/doctest.h>

#include "base/pattern.h"

namespace router::pattern_dialect_test {
namespace {

using namespace router::base;

bool matches(std::string_view source, std::string_view subject) {
  auto compiled = Pattern::compile(source);
  REQUIRE_MESSAGE(std::holds_alternative<Pattern>(compiled), source);
  const auto match = std::get<Pattern>(compiled).match(subject);
  REQUIRE(match.has_value());
  return match->has_value();
}

}  // namespace

TEST_CASE("pattern dialect: what JavaScript reads otherwise than Perl is read as JavaScript does [K19]") {
  struct Row {
    const char* source;
    const char* yes;
    const char* no;
  };
  const Row rows[] = {
      {R"(^[\w-.]+$)", "a-b.c", "a+b"},
      {R"(^[.-\w]+$)", "a-b.c", "a,b"},
      {R"(^[\d-z]+$)", "1-z", "1a"},
      {R"(^[\w-\d]+$)", "a-1", "a.1"},
      {R"(^[a-c\-\d-]+$)", "b-1", "d"},
      {R"(^[\w\]-]+$)", "a]-", "["},
      {R"(^[[:alpha:]+]$)", "a]", "b"},
      {R"(^[^[]+$)", "a]", "a["},
      {R"(^\e\h\y\A\Z\G\R\X\N\K\H\V\L\U\g\a$)", "ehyAZGRXNKHVLUga", "hyAZ"},
      {R"(^\p{L}+$)", "p{L}", "a"},
      {R"(^[\p{L}]+$)", "p{L}", "a"},
      {R"(^\Q.\E$)", "QxE", "."},
      {R"(^\k$)", "k", "x"},
      {R"(^\k<n>$)", "k<n>", "k"},
      {R"(^(?<n>a)\k<n>$)", "aa", "ak<n>"},
      {R"(^\9\8$)", "98", "9"},
      {R"(^\141\2$)", "a\2", "a2"},
      {R"(^(a)(b)\2\1$)", "abba", "abab"},
      {R"(^(?:a)(?=b)(b)\1$)", "abb", "ab"},
      {R"(^[(]\1$)", "(\1", "(("},
      {R"(^\((a)\1$)", "(aa", "(a\1"},
      {R"(^[\1\101]+$)", "A\1", "1"},
      {R"(^\400$)", " 0", "400"},
      {R"(^\377$)", "\xff", "377"},
      {R"(^a\vb$)", "a\vb", "a\nb"},
      {R"(^[\B]$)", "B", "b"},
      {R"(^\c$)", "\\c", "c"},
      {R"(^\x4$)", "x4", "4"},
      {R"(^\u00e4$)", "\xe4", "u00e4"},
      {R"(^\u20ac{2}$)", "€€", "€"},
      {R"(^[\u4e00-\u9fa5a-z]+$)", "abc", "4e00"},
      {R"(^\u{2}$)", "uu", "u"},
      {R"(^a{,2}$)", "a{,2}", "aa"},
      {R"(^[]|^b$)", "b", "a"},
      {R"(^[]*b[^]?$)", "b", "a"},
      {R"(^[\c_\c1]$)", "\x1f", "c"},
      {R"(^a{1,100000}$)", "aaa", ""},
      {R"(^a{,3}{ 1 }$)", "a{,3}{ 1 }", "aaa"},
      {R"(^{a}$)", "{a}", "a"},
      {R"(^(?i:a)b$)", "Ab", "AB"},
      {R"(^(?=a)*(?!b){2}a+?$)", "aa", "b"},
      {R"((?<=a|bc)d)", "bcd", "cd"},
  };
  for (const auto& [source, yes, no] : rows) {
    CAPTURE(source);
    CHECK_MESSAGE(matches(source, yes), yes);
    CHECK_MESSAGE(!matches(source, no), no);
  }
}

TEST_CASE("pattern dialect: what is broken stays so, with its place in what was written [K19]") {
  struct Row {
    const char* source;
    std::size_t offset;
  };
  for (const auto& [source, offset] :
       {Row{R"(^\e(b)", 5}, Row{R"(^[\w-.)", 6}, Row{R"(*)", 0}, Row{"a\\", 2}, Row{R"(\u20ac()", 7}}) {
    CAPTURE(source);
    const auto result = Pattern::compile(source);
    REQUIRE(std::holds_alternative<Pattern::CompileError>(result));
    CHECK(std::get<Pattern::CompileError>(result).offset == offset);
  }
}

TEST_CASE("pattern dialect: what Perl has and JavaScript refuses is refused, at its place [K19]") {
  struct Row {
    const char* source;
    std::size_t least;  // where PCRE2 says it is: at what is refused, or a character or two behind
  };
  const Row rows[] = {
      {R"(^/(?i)a)", 2},        {R"(^/(?#text)a)", 2},
      {R"(^/(?>a)b)", 2},       {R"(^/(?|a|b))", 2},
      {R"(^/(?P<n>a))", 2},     {R"(^/(?'n'a))", 2},
      {R"(^/(?R))", 2},         {R"(^/(a)(?1))", 5},
      {R"(^/(?C1)a)", 2},       {R"(^/(?))", 2},
      {R"(^/(?-i)a)", 2},       {R"(^/(*COMMIT)a)", 3},
      {R"((*UTF)a)", 1},        {R"((*LIMIT_MATCH=1)a)", 1},
      {R"(^/a++)", 4},          {R"(^/a*+)", 4},
      {R"(^/a?+)", 4},          {R"(^/a{1}+)", 6},
      {R"(^/a{1,2}+)", 8},      {R"(^/(?:a)*+b)", 8},
      {R"(^/(?<=/)*b)", 8},     {R"(^/(?<!a)?b)", 8},
      {R"(^/(?<!a){2}b)", 8},   {R"(^/(?<n>a)\k{n})", 9},
      {R"(^/(?<n>a)\k'n')", 9}, {R"(^/a{2}*)", 6},
  };
  for (const auto& [source, least] : rows) {
    CAPTURE(source);
    const auto result = Pattern::compile(source);
    REQUIRE(std::holds_alternative<Pattern::CompileError>(result));
    CHECK(std::get<Pattern::CompileError>(result).offset >= least);
    CHECK(std::get<Pattern::CompileError>(result).offset <= least + 3);
  }
}

TEST_CASE("pattern dialect: what both read alike is left as it is") {
  for (const std::string_view source :
       {"^/api/(.*)$", R"(^\/a\-b\.html$)", R"(^/(?!x)(?<n>[^/]+)/\k<n>/[\w.-]*\d{2,}?$)",
        R"(^\b\B\s\S\t\x41\u0041\cA$)", ""}) {
    CHECK(javascript_pattern(source).text == source);
  }
}

}  // namespace router::pattern_dialect_test
