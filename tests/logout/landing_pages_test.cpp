#include "logout/landing_pages.h"

#include <doctest/doctest.h>

using namespace router;

TEST_CASE("landing pages: those of applications are public, logoutPage is not; by path alone") {
  config::Logout logout;
  logout.page = "/logoff.html?x";
  logout.applications = {{"bank", "", "", "/banking-app/logout-page.html#top", {}},
                         {"", "", "", "https://APP.example/goodbye.html?a", {}},
                         {"none", "", "", "", {}}};
  const logout::LandingPages pages(logout);
  struct Row {
    std::string path;
    std::string origin;
    bool contained;
    bool is_public;
  };
  for (const Row& row : {Row{"/logoff.html", "https://app.example", true, false},
                         Row{"/banking-app/logout-page.html", "https://app.example", true, true},
                         Row{"/banking-app/logout-page.html", "http://other.example", true, true},
                         Row{"/goodbye.html", "https://app.example", true, true},
                         Row{"/goodbye.html", "https://App.Example", true, true},
                         Row{"/goodbye.html", "http://app.example", false, false},
                         Row{"/goodbye.html", "https://other.example", false, false},
                         Row{"/banking-app/", "https://app.example", false, false},
                         Row{"/banking-app/logout-page.html/x", "https://app.example", false, false},
                         Row{"", "https://app.example", false, false}}) {
    CAPTURE(row.path);
    CAPTURE(row.origin);
    CHECK(pages.contains(row.path, row.origin) == row.contained);
    CHECK(pages.is_public(row.path, row.origin) == row.is_public);
  }
}
