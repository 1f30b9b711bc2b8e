#include "http/fetch_metadata.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace router::fetch_metadata_test {

using namespace router::http;

namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

// Refers to both.
Request request_of(const std::string& method, const Lines& fields) {
  Request request;
  request.method = method;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}

std::string shown(const std::string& method, const Lines& fields) {
  std::string text = method;
  for (const auto& [name, value] : fields) text += " " + name + ": " + value;
  return text;
}

}  // namespace

TEST_CASE("navigation: people are sent to log in, scripts and forms are told 401") {
  const std::string html = "text/html,application/xhtml+xml,*/*;q=0.8";
  const struct {
    std::string method;
    Lines headers;
    bool expected;
  } rows[] = {
      {"GET", {}, true},
      {"GET", {{"Accept", html}}, true},
      {"GET", {{"Accept", "*/*"}}, true},
      {"GET", {{"Accept", html}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}}, true},
      {"GET", {{"Accept", html}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "iframe"}}, true},
      {"GET", {{"Accept", html}, {"X-Requested-With", "XMLHttpRequest"}}, false},
      {"GET", {{"Accept", html}, {"Sec-Fetch-Mode", "cors"}}, false},
      {"GET", {{"Accept", html}, {"Sec-Fetch-Mode", "no-cors"}}, false},
      {"GET", {{"Accept", html}, {"Sec-Fetch-Mode", "websocket"}}, false},
      {"GET", {{"Accept", "application/json"}, {"Sec-Fetch-Site", "same-origin"}}, false},
      {"GET", {{"Sec-Fetch-Mode", "navigate"}}, false},
      {"HEAD", {{"Accept", html}}, false},
      {"POST", {{"Accept", html}, {"Sec-Fetch-Mode", "navigate"}}, false},
      {"DELETE", {}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(shown(row.method, row.headers));
    CHECK(is_navigation(request_of(row.method, row.headers)) == row.expected);
  }
}

TEST_CASE("navigation: a WebSocket handshake is none") {
  Request request;
  request.method = "GET";
  request.is_upgrade = true;
  CHECK_FALSE(is_navigation(request));
  CHECK_FALSE(expects_a_page(request));
}

TEST_CASE("navigation: a page is for people and posted forms, JSON for scripts") {
  const struct {
    std::string method;
    Lines headers;
    bool expected;
  } rows[] = {
      {"GET", {}, true},
      {"POST", {}, false},
      {"POST", {{"Accept", "text/html"}}, true},
      {"POST", {{"Accept", "Text/HTML"}}, true},
      {"POST", {{"Accept", "*/*"}, {"Sec-Fetch-Mode", "navigate"}}, true},
      {"POST", {{"Accept", "*/*"}, {"Sec-Fetch-Mode", " Navigate "}}, true},
      {"POST", {{"Accept", "text/html"}, {"Sec-Fetch-Mode", "cors"}}, false},
      {"GET", {{"Accept", "text/html"}, {"X-Requested-With", "x"}}, false},
      {"GET", {{"Accept", "application/json"}}, false},
      {"GET", {{"Accept", "application/problem+JSON"}}, false},
      {"GET", {{"Accept", "*/*"}}, true},
  };
  for (const auto& row : rows) {
    CAPTURE(shown(row.method, row.headers));
    CHECK(expects_a_page(request_of(row.method, row.headers)) == row.expected);
  }
}

TEST_CASE("navigation: HTML is accepted by its name, in any case, and by no other") {
  const struct {
    std::string accept;
    bool expected;
  } rows[] = {
      {"text/html", true}, {"TEXT/HTML;q=0.5", true}, {"a/b, text/html", true}, {"text/plain", false}, {"*/*", false},
      {"", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.accept);
    CHECK(accepts_html(request_of("GET", {{"Accept", row.accept}}).headers) == row.expected);
  }
  CHECK_FALSE(accepts_html({}));
}

TEST_CASE("navigation: a cross-site POST is known by Sec-Fetch-Site, else by Origin") {
  External external;
  external.scheme = "https";
  external.authority = "app.example";
  const struct {
    Lines fields;
    bool cross_site;
  } rows[] = {
      {{}, false},
      {{{"Origin", "https://app.example"}}, false},
      {{{"Origin", "https://evil.example"}}, true},
      {{{"Origin", "null"}}, true},
      {{{"Origin", "http://app.example"}}, true},
      {{{"Sec-Fetch-Site", "cross-site"}}, true},
      {{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://app.example"}}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(shown("POST", row.fields));
    CHECK(is_cross_site(request_of("POST", row.fields), external) == row.cross_site);
  }
}

}  // namespace router::fetch_metadata_test
