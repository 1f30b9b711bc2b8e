// The examples of SAP's "logout", completed to whole documents (tests/data/config/valid-logout-*.json), run as they
// are.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "e2e/browser.h"
#include "support/router_process.h"

namespace router::documented_examples_test {

using namespace router::test;

namespace {

RouterSetup example(const std::string& name) {
  std::ifstream in(std::string(ROUTER_TEST_DATA "/config/") + name);
  std::stringstream text;
  text << in.rdbuf();
  RouterSetup setup;
  setup.descriptor_text = text.str();
  setup.files["www/logout-page.html"] = "<p>bye</p>";
  return setup;
}

}  // namespace

TEST_CASE("as documented: logoutEndpoint alone ends at the router's own page") {
  RouterProcess router(example("valid-logout-endpoint.json"));
  Browser browser(router.port());
  const auto answer = browser.navigate("/my/logout");
  CHECK(answer.status() == 200);
  CHECK(answer.body.find("signed out") != std::string::npos);
}

TEST_CASE("as documented: logoutPage as a path is served from its folder, public, with the parameters") {
  RouterProcess router(example("valid-logout-page-path.json"));
  Browser browser(router.port());
  CHECK(browser.navigate("/my/logout?siteId=3").field("Location") == "/logout-page.html?siteId=3");
  const auto page = browser.navigate("/logout-page.html?siteId=3");
  CHECK(page.status() == 200);
  CHECK(page.body == "<p>bye</p>");
}

TEST_CASE("as documented: an absolute logoutPage leads to the other application") {
  RouterProcess router(example("valid-logout-page-absolute.json"));
  Browser browser(router.port());
  CHECK(browser.navigate("/my/logout?siteId=3").field("Location") == "http://acme.com/employees.portal?siteId=3");
}

}  // namespace router::documented_examples_test
