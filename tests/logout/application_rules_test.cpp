// Which application a request logs out of (agent style).
#include "logout/application_rules.h"

#include <doctest/doctest.h>

namespace router::application_rules_test {

using config::ApplicationLogout;

namespace {

config::Logout rules_of(std::vector<ApplicationLogout> applications, bool contains = false) {
  config::Logout logout;
  logout.applications = std::move(applications);
  logout.parameter_match_contains = contains;
  return logout;
}

std::string name_of(const ApplicationLogout* application) {
  if (application == nullptr) return "-";
  return application->name.empty() ? "all" : application->name;
}

const std::vector<ApplicationLogout> kDocumented = {
    {"", "/agentapp/log-me-out", "logout", "/agentapp/goodbye.html", {}},
    {"bank", "/bank/log-me-out", "log-out", "/banking-app/logout-page.html", {"bank"}}};

}  // namespace

TEST_CASE("application rules: an endpoint is the path or the end of it, on a segment boundary") {
  struct Row {
    std::string path;
    std::string application;
  };
  const auto logout = rules_of(kDocumented);
  const logout::ApplicationRules rules(logout);
  for (const Row& row : {Row{"/bank/log-me-out", "bank"}, Row{"/mywebapp/bank/log-me-out", "bank"},
                         Row{"/a/b/c/bank/log-me-out", "bank"}, Row{"/mybank/log-me-out", "-"},
                         Row{"/bank/log-me-out/", "-"}, Row{"/bank/log-me-out/x", "-"}, Row{"/bank/log-me-outs", "-"},
                         Row{"/Bank/log-me-out", "-"}, Row{"/log-me-out", "-"}, Row{"/agentapp/log-me-out", "all"},
                         Row{"/x/agentapp/log-me-out", "all"}, Row{"/", "-"}}) {
    CAPTURE(row.path);
    CHECK(name_of(rules.by_endpoint(row.path)) == row.application);
  }
}

TEST_CASE("application rules: a named endpoint beats the one for all, the longer of two named ones the shorter") {
  const auto logout = rules_of({{"", "/shop/bank/log-me-out", "", "", {}},
                                {"a", "/log-me-out", "", "", {}},
                                {"b", "/bank/log-me-out", "", "", {}}});
  const logout::ApplicationRules rules(logout);
  CHECK(name_of(rules.by_endpoint("/shop/bank/log-me-out")) == "b");
  CHECK(name_of(rules.by_endpoint("/shop/log-me-out")) == "a");
}

TEST_CASE("application rules: a parameter counts by its whole name, with or without a value, in any spelling") {
  struct Row {
    std::string query;
    std::string exact;
    std::string contains;
  };
  const std::vector<Row> rows = {
      {"log-out", "bank", "bank"},
      {"log-out=", "bank", "bank"},
      {"log-out=1&x=2", "bank", "bank"},
      {"x=2&log-out", "bank", "bank"},
      {"log%2Dout", "bank", "bank"},
      {"log%2dout=yes", "bank", "bank"},
      {"examplelog-out=", "-", "bank"},  // the document's own example
      {"log-outs", "-", "bank"},
      {"LOG-OUT", "-", "-"},
      {"x=log-out", "-", "-"},
      {"x=%26log-out", "-", "-"},
      {"log+out", "-", "-"},
      {"log%2Gout", "-", "-"},
      {"%", "-", "-"},
      {"logout", "all", "all"},
      {"autologout=1", "-", "all"},
      {"logout&log-out", "bank", "bank"},
      {"", "-", "-"},
      {"&&&", "-", "-"},
  };
  const auto exact = rules_of(kDocumented);
  const auto contains = rules_of(kDocumented, true);
  const logout::ApplicationRules exactly(exact);
  const logout::ApplicationRules somewhere(contains);
  const auto nowhere = [] { return std::string(); };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    CHECK(name_of(exactly.by_parameter(row.query, nowhere)) == row.exact);
    CHECK(name_of(somewhere.by_parameter(row.query, nowhere)) == row.contains);
    CHECK(exactly.names_parameter(row.query) == (row.exact != "-"));
    CHECK(somewhere.names_parameter(row.query) == (row.contains != "-"));
  }
}

TEST_CASE("application rules: a shared parameter holds for the named one's destinations, elsewhere for all") {
  const auto logout = rules_of({{"", "", "logout", "", {}},
                                {"bank", "", "logout", "", {"bank", "loans"}},
                                {"shop", "", "logout", "", {"shop"}}});
  const logout::ApplicationRules rules(logout);
  for (const auto& [destination, application] :
       {std::pair("bank", "bank"), std::pair("loans", "bank"), std::pair("shop", "shop"), std::pair("mail", "all"),
        std::pair("", "all")}) {
    CAPTURE(destination);
    const std::string name = destination;
    CHECK(name_of(rules.by_parameter("logout", [&] { return name; })) == application);
  }
}

TEST_CASE("application rules: the destination is looked for only where it decides") {
  const auto logout = rules_of(kDocumented);
  const logout::ApplicationRules rules(logout);
  bool asked = false;
  rules.by_parameter("log-out", [&] {
    asked = true;
    return std::string();
  });
  CHECK_FALSE(asked);
}

TEST_CASE("application rules: a named parameter beats the endpoint for all, nothing beats a named endpoint") {
  const ApplicationLogout& all = kDocumented[0];
  const ApplicationLogout& bank = kDocumented[1];
  using logout::ApplicationRules;
  CHECK(name_of(ApplicationRules::stronger(&all, &bank)) == "bank");
  CHECK(name_of(ApplicationRules::stronger(&bank, &all)) == "bank");
  CHECK(name_of(ApplicationRules::stronger(&all, nullptr)) == "all");
  CHECK(name_of(ApplicationRules::stronger(nullptr, &all)) == "all");
  CHECK(ApplicationRules::stronger(nullptr, nullptr) == nullptr);
}

TEST_CASE("application rules: an application without a page ends at the page for all") {
  auto applications = kDocumented;
  applications.push_back({"mail", "", "", "", {"mail"}});
  const auto logout = rules_of(applications);
  const logout::ApplicationRules rules(logout);
  CHECK(rules.page_of(logout.applications[1]) == "/banking-app/logout-page.html");
  CHECK(rules.page_of(logout.applications[2]) == "/agentapp/goodbye.html");
}

TEST_CASE("application rules: logout parameters are taken out, every other byte stays") {
  const auto exact = rules_of(kDocumented);
  const logout::ApplicationRules rules(exact);
  CHECK(rules.without_parameters("a=%20&log-out=1&b=+&logout&&c") == "a=%20&b=+&&c");
  CHECK(rules.without_parameters("examplelog-out=") == "examplelog-out=");
  const auto contains = rules_of(kDocumented, true);
  CHECK(logout::ApplicationRules(contains).without_parameters("x&examplelog-out=") == "x");
}

}  // namespace router::application_rules_test
