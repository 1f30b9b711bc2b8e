#include "logout/navigation.h"

#include <doctest/doctest.h>

#include "http/fetch_metadata.h"
#include "logout/world.h"

namespace router::navigation_test {

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
      {"GET", {{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Dest", "document"}}, Navigation::proceed},
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
  const test::Request image("GET", "/my/logout", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}});
  CHECK(logout::judge_navigation(image.request, CrossSiteLogout::allow) == Navigation::refuse);
}

TEST_CASE("navigation: prefetches of browsers and of page frameworks are one kind [S33]") {
  const test::HeaderList prefetches = {
      {"Sec-Purpose", "prefetch;anonymous-client-ip"},
      {"sec-purpose", "Prefetch"},
      {"Purpose", "prefetch"},
      {"X-Purpose", "preview"},
      {"X-Moz", "prefetch"},
      {"x-sec-purpose", "prefetch"},
      {"X-Sec-Purpose", "prefetch;prerender"},
      {"next-router-prefetch", "1"},
      {"Next-Router-Prefetch", "2"},
      {"next-router-segment-prefetch", "/_tree"},
      {"x-middleware-prefetch", "1"},
      {"HX-Preloaded", "true"},
  };
  for (const auto& prefetch : prefetches) {
    CAPTURE(prefetch.first);
    // whatever else it says, it was not asked for
    const test::Request request("GET", "/my/logout",
                                {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Dest", "document"}, prefetch});
    CHECK(http::is_prefetch(request.request));
    CHECK(logout::judge_navigation(request.request, CrossSiteLogout::allow) == Navigation::refuse);
    CHECK(logout::judge_navigation(request.request, CrossSiteLogout::allow, logout::Frames::any_site) ==
          Navigation::refuse);
  }
  const test::Request twice("GET", "/my/logout", {{"Purpose", "navigate"}, {"Purpose", "prefetch"}});
  CHECK(http::is_prefetch(twice.request));
  const test::Request click("GET", "/my/logout", {{"Next-Router-State-Tree", "x"}, {"HX-Request", "true"}});
  CHECK_FALSE(http::is_prefetch(click.request));
}

TEST_CASE("navigation: sub-resources of any site and frames of other origins sign nobody out [S34]") {
  const struct {
    const char* destination;
    bool page;
  } rows[] = {{"image", false},         {"script", false}, {"style", false},   {"audio", false},
              {"video", false},         {"track", false},  {"font", false},    {"manifest", false},
              {"object", false},        {"embed", false},  {"worker", false},  {"sharedworker", false},
              {"serviceworker", false}, {"report", false}, {"xslt", false},    {"fencedframe", false},
              {"websocket", false},     {"", false},       {"document", true}, {"empty", true},
              {"Document", true}};
  for (const char* site : {"same-origin", "same-site", "none"}) {
    for (const auto& row : rows) {
      CAPTURE(site);
      CAPTURE(row.destination);
      const test::Request request("GET", "/my/logout", {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Dest", row.destination}});
      CHECK((logout::judge_navigation(request.request, CrossSiteLogout::allow) == Navigation::proceed) == row.page);
    }
    for (const char* frame : {"iframe", "frame"}) {
      CAPTURE(site);
      const test::Request request("GET", "/my/logout", {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Dest", frame}});
      const bool own = std::string(site) == "same-origin";
      CHECK((logout::judge_navigation(request.request, CrossSiteLogout::allow) == Navigation::proceed) == own);
      CHECK(logout::judge_navigation(request.request, CrossSiteLogout::allow, logout::Frames::any_site) ==
            Navigation::proceed);
    }
  }
  const std::vector<test::HeaderList> unclear = {
      {{"Sec-Fetch-Dest", "document"}, {"Sec-Fetch-Dest", "image"}},
      {{"Sec-Fetch-Dest", "iframe"}},
      {{"Sec-Fetch-Site", "elsewhere"}, {"Sec-Fetch-Dest", "empty"}},
  };
  for (const auto& fields : unclear) {
    const test::Request request("GET", "/my/logout", fields);
    CHECK(logout::judge_navigation(request.request, CrossSiteLogout::allow) == Navigation::refuse);
  }
}

TEST_CASE("navigation: a foreign frame is known by its Referer; without one, only if the operator says so [S15]") {
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
      {"", "iframe", false},
      {"https://idp.example/logout", "iframe", true},
      {"https://idp.example:443/", "frame", true},
      {"https://app.example/x", "iframe", true},
      {"https://evil.example/", "iframe", false},
      {"https://idp.example.evil.example/", "iframe", false},
      {"https://idp.example:8443/", "iframe", false},
      {"http://idp.example/", "iframe", false},
      {"no url", "iframe", false},
      {"about:blank", "iframe", false},
      {"https://idp.example/logout", "image", false},
  };
  for (const char* site : {"cross-site", "same-site"}) {
    for (const auto& row : rows) {
      test::HeaderList fields{{"Sec-Fetch-Site", site}, {"Sec-Fetch-Dest", row.dest}};
      if (!row.referer.empty()) fields.emplace_back("Referer", row.referer);
      const test::Request request("GET", "/my/logout?skip-redirect", fields);
      CAPTURE(row.referer);
      CHECK(logout::is_trusted_frame(request.request, external, origins, false) == row.allowed);
      CHECK(logout::is_trusted_frame(request.request, external, origins, true) == (row.allowed || row.referer.empty()));
    }
  }
}

}  // namespace router::navigation_test
