#include "login/navigation.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace router::navigation_test {

TEST_CASE("navigation: people are sent to log in, scripts and forms are told 401") {
  using Lines = std::vector<std::pair<std::string, std::string>>;
  const std::string html = "text/html,application/xhtml+xml,*/*;q=0.8";
  const struct {
    const char* method;
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
    http::Request request;
    request.method = row.method;
    std::string shown = row.method;
    for (const auto& [name, value] : row.headers) {
      request.headers.add(name, value);
      shown += " " + name + ": " + value;
    }
    CAPTURE(shown);
    CHECK(login::is_navigation(request) == row.expected);
  }
}

TEST_CASE("navigation: a WebSocket handshake is none") {
  http::Request request;
  request.method = "GET";
  request.is_upgrade = true;
  CHECK_FALSE(login::is_navigation(request));
}

}  // namespace router::navigation_test
