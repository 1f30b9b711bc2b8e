// Landing pages that the logout request names itself (gotoParameter, trustedUrls).
#include "logout/requested_page.h"

#include <doctest/doctest.h>

#include "http/query.h"

namespace router::requested_page_test {

namespace {

config::Logout with_goto() {
  config::Logout logout;
  logout.goto_parameter = "goto";
  logout.trusted_urls = {"https://*.example.com/*", "https://partner.example:8443/bye*"};
  return logout;
}

const std::vector<std::string> kOrigins = {"https://idp.example", "https://app.example"};

}  // namespace

TEST_CASE("requested page: paths, our origin, the provider's, and trusted URLs; nothing else") {
  struct Row {
    std::string page;
    bool trusted;
  };
  const std::vector<Row> rows = {
      {"/bye.html", true},
      {"/bye.html?a=1#top", true},
      {"https://app.example/bye", true},
      {"https://APP.example/bye", true},
      {"https://idp.example/account", true},
      {"https://a.example.com/x", true},
      {"https://a.b.example.com:443/x?y", true},
      {"https://partner.example:8443/bye-now", true},
      {"http://app.example/bye", false},
      {"https://app.example:444/bye", false},
      {"https://partner.example/bye", false},
      {"https://partner.example:8443/other", false},
      {"https://example.com/x", false},
      {"https://evil.example/.example.com/x", false},
      {"https://evil.example?x=.example.com/", false},
      {"https://a.example.com@evil.example/", false},
      {"https://a.example.com.evil.example/", false},
      {"http://a.example.com/x", false},
      {"//evil.example/", false},
      {"/\\evil.example/", false},
      {"/%2F/evil.example", false},
      {"https:/evil.example", false},
      {"https:evil.example", false},
      {"javascript:alert(1)", false},
      {"bye.html", false},
      {"/a\r\nSet-Cookie: x=y", false},
      {" /bye.html", false},
      {"/" + std::string(3000, 'a'), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.page);
    const auto asked = logout::requested_page(with_goto(), "a=1&" + http::query_pair("goto", row.page), kOrigins);
    CHECK(asked.page.has_value() == row.trusted);
    CHECK(asked.refused.has_value() != row.trusted);
    CHECK(asked.page.value_or(asked.refused.value_or("")) == row.page);
  }
}

TEST_CASE("requested page: it is off unless a parameter is named, and an empty one asks for nothing") {
  auto logout = with_goto();
  for (const char* query : {"", "goto", "goto=", "xgoto=/bye", "GOTO=/bye"}) {
    CAPTURE(query);
    const auto asked = logout::requested_page(logout, query, kOrigins);
    CHECK_FALSE(asked.page);
    CHECK_FALSE(asked.refused);
  }
  logout.goto_parameter = "";
  CHECK_FALSE(logout::requested_page(logout, "goto=/bye", kOrigins).page);
  CHECK(logout::without_requested_page(logout, "goto=/bye") == "goto=/bye");
}

TEST_CASE("requested page: two different pages are none, the same one twice is one") {
  CHECK(logout::requested_page(with_goto(), "goto=/a&goto=/a", kOrigins).page == "/a");
  CHECK(logout::requested_page(with_goto(), "goto=/a&goto=/b", kOrigins).refused == "/b");
}

TEST_CASE("requested page: it is not carried over") {
  CHECK(logout::without_requested_page(with_goto(), "a=1&goto=%2Fx&b") == "a=1&b");
}

}  // namespace router::requested_page_test
