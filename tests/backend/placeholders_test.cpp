#include "backend/placeholders.h"

#include <doctest/doctest.h>

namespace router::placeholders_test {

using namespace router::backend;
using router::config::Replacement;
using std::string;

namespace {

Replacement replacement() {
  Replacement with;
  with.path_suffixes = {"index.html", "/i18n/messages.js"};
  with.variables = {{"NAME", "a\"b<c>&'d"}, {"EMPTY", ""}, {"SIGNS", "https://a/?b=c&d`"}, {"my-var.x", "dotted"}};
  with.services = {{"uaa.url", "https://uaa.example"}};
  return with;
}

string filled(std::string_view text) { return fill_placeholders(text, replacement(), 10'000).value_or("too long"); }

}  // namespace

TEST_CASE("placeholders: two braces escape as Mustache does, three do not, unknown names become nothing [K18]") {
  struct Row {
    const char* text;
    const char* expected;
  };
  const Row rows[] = {
      {"", ""},
      {"no braces", "no braces"},
      {"<{{NAME}}>", "<a&quot;b&lt;c&gt;&amp;&#39;d>"},
      {"<{{{NAME}}}>", "<a\"b<c>&'d>"},
      {"{{ NAME }}{{{ my-var.x\t}}}", "a&quot;b&lt;c&gt;&amp;&#39;ddotted"},
      {"{{{uaa.url}}}/oauth", "https://uaa.example/oauth"},
      {"[{{EMPTY}}{{OTHER}}{{{uaa.clientsecret}}}]", "[]"},
      {"{{SIGNS}}|{{{SIGNS}}}|{{&SIGNS}}|{{& SIGNS }}",
       "https:&#x2F;&#x2F;a&#x2F;?b&#x3D;c&amp;d&#x60;|https://a/?b=c&d`|https://a/?b=c&d`|https://a/?b=c&d`"},
      {"{{&}} {{& }} {{&&SIGNS}}", "{{&}} {{& }} {{&&SIGNS}}"},
      {"{{EMPTY}}}", "}"},
      {"{{{EMPTY}}", "{"},
      {"{{}} {{ }} {{a b}} {{a|b}} {{#each}}", "{{}} {{ }} {{a b}} {{a|b}} {{#each}}"},
      {"{{{{uaa.url}}}}", "{https://uaa.example}"},
      {"{{NAME", "{{NAME"},
      {"{{", "{{"},
      {"{", "{"},
      {"function(){if(a){b({{{my-var.x}}})}}", "function(){if(a){b(dotted)}}"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(filled(row.text) == row.expected);
  }
}

TEST_CASE("placeholders: a value is not searched for placeholders again") {
  Replacement with;
  with.variables = {{"A", "{{{B}}}"}, {"B", "never"}};
  CHECK(fill_placeholders("{{{A}}}", with, 100) == "{{{B}}}");
}

TEST_CASE("placeholders: the result is bounded") {
  Replacement with;
  with.variables = {{"A", string(60, 'x')}};
  CHECK(fill_placeholders("{{A}}", with, 100).has_value());
  CHECK_FALSE(fill_placeholders("{{A}}{{A}}", with, 100).has_value());
}

TEST_CASE("placeholders: only files whose path ends with a suffix have them") {
  const auto with = replacement();
  CHECK(has_placeholders(with, "index.html"));
  CHECK(has_placeholders(with, "a/b/index.html"));
  CHECK(has_placeholders(with, "my-index.html"));
  CHECK(has_placeholders(with, "i18n/messages.js"));
  CHECK_FALSE(has_placeholders(with, "my-i18n/messages.js"));
  CHECK_FALSE(has_placeholders(with, "index.htm"));
  CHECK_FALSE(has_placeholders({}, "index.html"));
}

TEST_CASE("placeholders: other values have another fingerprint") {
  Replacement a;
  a.variables = {{"A", "1"}, {"B", "2"}};
  Replacement same = a;
  same.path_suffixes = {"x"};
  CHECK(fingerprint(a) == fingerprint(same));
  Replacement other = a;
  other.variables["B"] = "3";
  CHECK(fingerprint(a) != fingerprint(other));
  Replacement moved;
  moved.services = a.variables;
  CHECK(fingerprint(a) != fingerprint(moved));
  Replacement shifted;
  shifted.variables = {{"A", "1B"}, {"2", ""}};
  CHECK(fingerprint(a) != fingerprint(shifted));
}

}  // namespace router::placeholders_test
