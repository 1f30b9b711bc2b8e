#include "logout/landing_pages.h"

#include <doctest/doctest.h>

namespace router::landing_pages_test {

TEST_CASE("landing pages: those of applications are public, logoutPage is not; by path alone") {
  config::Logout logout;
  logout.page = "/logoff.html?x";
  logout.applications = {{"bank", "", "", "/banking-app/logout-page.html#top", {}},
                         {"", "", "", "https://APP.example/goodbye.html?a", {}},
                         {"none", "", "", "", {}}};
  const logout::LandingPages pages(logout, {});
  struct Row {
    std::string path;
    std::string origin;
    bool contained;
    bool is_public;
  };
  for (const Row& row : {Row{"/logoff.html", "https://app.example", true, false},
                         Row{"/banking-app/logout-page.html", "https://app.example", true, true},
                         Row{"/banking-app/logout-page.html", "http://other.example", true, true},
                         Row{"/goodbye.html", "https://app.example", true, false},
                         Row{"/goodbye.html", "https://App.Example", true, false},
                         Row{"/goodbye.html", "http://app.example", false, false},
                         Row{"/goodbye.html", "https://other.example", false, false},
                         Row{"/banking-app/", "https://app.example", false, false},
                         Row{"/banking-app/logout-page.html/x", "https://app.example", false, false},
                         Row{"", "https://app.example", false, false}}) {
    CAPTURE(row.path);
    CAPTURE(row.origin);
    CHECK(pages.contains(row.path, row.origin) == row.contained);
    CHECK(pages.is_public(row.path) == row.is_public);
  }
}

TEST_CASE("landing pages: an absolute page makes a path public only where its host is configured as ours [S10]") {
  config::Logout logout;
  logout.page = "https://app.example/bye.html";
  logout.applications = {{"bank", "", "", "https://app.example/good%62ye.html?a#b", {}},
                         {"root", "", "", "http://shop.tenants.example:8080", {}},
                         {"far", "", "", "https://far.example/far.html", {}}};
  const std::vector<std::vector<std::string>> nobody = {
      {}, {"other.example"}, {"*.app.example"}, {"app.example.evil"}, {"pp.example"}, {"*.ants.example"}};
  for (const auto& allowed : nobody) {
    const logout::LandingPages pages(logout, allowed);
    for (const char* path : {"/goodbye.html", "/", "/far.html", "/bye.html"}) CHECK_FALSE(pages.is_public(path));
    CHECK(pages.contains("/goodbye.html", "https://app.example"));
    CHECK_FALSE(pages.contains("/goodbye.html"));
  }
  const logout::LandingPages ours(logout, {"APP.example", "*.tenants.example"});
  CHECK(ours.is_public("/goodbye.html"));
  CHECK(ours.is_public("/"));
  CHECK_FALSE(ours.is_public("/far.html"));
  CHECK_FALSE(ours.is_public("/bye.html"));
  CHECK(ours.contains("/goodbye.html"));
}

}  // namespace router::landing_pages_test
