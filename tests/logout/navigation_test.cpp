#include "logout/navigation.h"

#include <doctest/doctest.h>

#include "logout/world.h"

using namespace router;
using config::CrossSiteLogout;
using logout::Navigation;

namespace {

const test::HeaderList kCrossSiteDocument{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}};

}  // namespace

TEST_CASE("navigation: only what a user does on purpose logs out") {
  struct Row {
    std::string method;
    test::HeaderList fields;
    Navigation verdict;
  };
  const std::vector<Row> rows = {
      {"GET", {}, Navigation::proceed},
      {"HEAD", {}, Navigation::refuse},
      {"GET", {{"Sec-Purpose", "prefetch"}}, Navigation::refuse},
      {"GET", {{"Sec-Purpose", "prefetch;prerender"}}, Navigation::refuse},
      {"GET", {{"Purpose", "prefetch"}}, Navigation::refuse},
      {"GET", {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Dest", "empty"}}, Navigation::proceed},
      {"GET", {{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Dest", "image"}}, Navigation::proceed},
      {"GET", {{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Dest", "document"}}, Navigation::proceed},
      {"GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}}, Navigation::refuse},
      {"GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "iframe"}}, Navigation::refuse},
      {"GET", {{"Sec-Fetch-Site", "cross-site"}}, Navigation::refuse},
      {"GET", kCrossSiteDocument, Navigation::confirm},
  };
  for (const auto& row : rows) {
    const test::Request request(row.method, "/my/logout", row.fields);
    CAPTURE(row.method);
    for (const auto& [name, value] : row.fields) CAPTURE(value);
    CHECK(logout::judge_navigation(request.request, CrossSiteLogout::confirm) == row.verdict);
  }
}

TEST_CASE("navigation: crossSite decides about top-level navigations, never about sub-resources") {
  const test::Request page("GET", "/my/logout", kCrossSiteDocument);
  CHECK(logout::judge_navigation(page.request, CrossSiteLogout::allow) == Navigation::proceed);
  CHECK(logout::judge_navigation(page.request, CrossSiteLogout::deny) == Navigation::refuse);
  const test::Request image("GET", "/my/logout",
                            {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}});
  CHECK(logout::judge_navigation(image.request, CrossSiteLogout::allow) == Navigation::refuse);
}

TEST_CASE("navigation: the provider's iframe is known by its Referer") {
  const std::vector<std::string> origins{"https://idp.example"};
  http::External external;
  external.scheme = "https";
  external.authority = "app.example";
  struct Row {
    std::string referer;
    std::string dest;
    bool allowed;
  };
  const std::vector<Row> rows = {
      {"", "iframe", true},
      {"https://idp.example/logout", "iframe", true},
      {"https://app.example/x", "iframe", true},
      {"https://evil.example/", "iframe", false},
      {"https://idp.example.evil.example/", "iframe", false},
      {"no url", "iframe", false},
      {"https://idp.example/logout", "image", false},
  };
  for (const auto& row : rows) {
    test::HeaderList fields{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", row.dest}};
    if (!row.referer.empty()) fields.emplace_back("Referer", row.referer);
    const test::Request request("GET", "/my/logout?skip-redirect", fields);
    CAPTURE(row.referer);
    CHECK(logout::is_provider_iframe(request.request, external, origins) == row.allowed);
  }
}

TEST_CASE("navigation: a cross-site POST is known by Sec-Fetch-Site, else by Origin") {
  http::External external;
  external.scheme = "https";
  external.authority = "app.example";
  struct Row {
    test::HeaderList fields;
    bool cross_site;
  };
  const std::vector<Row> rows = {
      {{}, false},
      {{{"Origin", "https://app.example"}}, false},
      {{{"Origin", "https://evil.example"}}, true},
      {{{"Origin", "null"}}, true},
      {{{"Origin", "http://app.example"}}, true},
      {{{"Sec-Fetch-Site", "cross-site"}}, true},
      {{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://app.example"}}, false},
  };
  for (const auto& row : rows) {
    const test::Request request("POST", "/my/logout", row.fields);
    CHECK(logout::is_cross_site(request.request, external) == row.cross_site);
  }
}
