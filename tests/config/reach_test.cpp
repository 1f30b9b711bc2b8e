// Destinations that a client may name although another route protects them.
#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::reach_test {
namespace {

const std::string kAdmin =
    R"({"source":"^/admin/(.*)$","target":"$1","destination":"admin","authenticationType":"oidc","scope":"admin"})";

// What is warned about ways around other routes.
std::string warned(const std::string& open, const std::string& guarded = kAdmin,
                   std::map<std::string, std::string> more = {}) {
  std::map<std::string, std::string> variables = {
      {"destinations",
       R"([{"name":"admin","url":"http://admin.example"},{"name":"shop","url":"http://shop.example"}])"},
      {"OIDC_ISSUER", "https://idp.example.com"},
      {"OIDC_CLIENT_ID", "router"}};
  variables.merge(more);
  const auto result = load_variables(std::move(variables), "{\"routes\":[" + open + "," + guarded + "]}");
  CHECK(errors_of(result) == "");
  std::string text;
  for (const Issue& issue : result.issues.sorted()) {
    if (issue.found.find("also leads to") != std::string::npos) text += to_text(issue) + "\n";
  }
  return text;
}

std::string by_path(const std::string& source, const std::string& destination, const std::string& more = {}) {
  return R"({"source":")" + source + R"(","target":"$2","destination":")" + destination +
         R"(","authenticationType":"oidc")" + more + "}";
}

TEST_CASE(
    "check: a destination out of the path that another route protects by scope is named, with that route "
    "[S22]") {
  const auto text = warned(by_path("^/to/([^/]+)/(.*)$", "$1"));
  CHECK(text.find("warning: /routes/0/destination: found \"$1\", which also leads to \"admin\" (routes/1)") !=
        std::string::npos);
}

TEST_CASE("check: whether the name can come out of the path is looked at [S22]") {
  struct Row {
    const char* source;
    const char* destination;
    bool reaches;
  };
  for (const Row& row :
       {Row{"^/to/([^/]+)/(.*)$", "$1", true}, Row{"^/to/(shop|hr)/(.*)$", "$1", false},
        Row{"^/to/(shop|admin)/(.*)$", "$1", true}, Row{"^/to/(ad|sh)/(.*)$", "$1min", true},
        Row{"^/to/([^/]+)/(.*)$", "$1-public", false}, Row{"^/to/([^/]+)/(.*)$", "x$1", false},
        Row{"^/to/([a-z]+)/(.*)$", "a$1", true}, Row{"^/to/([0-9]+)/(.*)$", "$1", false},
        Row{"^/(?:x|y)/([(]?admi[n)])/(.*)$", "$1", true}, Row{"^/to/(?<name>[^/]+)/(.*)$", "$<name>", true},
        Row{"^/to/(?<name>shop)/(.*)$", "$<name>", false}, Row{"^/to/(adm)/(in)$", "$1$2", true},
        Row{"^/to/(.)dmin/(\\\\1.*)$", "$2", true}}) {
    CAPTURE(row.source);
    CAPTURE(row.destination);
    CHECK(!warned(by_path(row.source, row.destination)).empty() == row.reaches);
  }
}

TEST_CASE("check: a route that asks for as much is no way around [S22]") {
  struct Row {
    const char* open;     // more of the dynamic route
    const char* guarded;  // more of the other one
    bool is_way_around;
  };
  for (const Row& row : {Row{R"(,"scope":"admin")", R"(,"scope":"admin")", false},
                         Row{R"(,"scope":"other")", R"(,"scope":"admin")", true},
                         Row{R"(,"scope":"admin")", R"(,"scope":["admin","root"])", false},
                         Row{R"(,"scope":["admin","user"])", R"(,"scope":"admin")", true},
                         Row{R"(,"scope":{"GET":"admin","default":"admin"})", R"(,"scope":"admin")", false},
                         Row{R"(,"scope":{"GET":"user","default":"admin"})", R"(,"scope":"admin")", true},
                         Row{R"(,"scope":{"GET":"admin"})", R"(,"scope":"admin")", true},
                         Row{"", R"(,"scope":{"POST":"admin"})", true}, Row{"", "", false}}) {
    CAPTURE(row.open);
    CAPTURE(row.guarded);
    const std::string guarded = R"({"source":"^/admin/(.*)$","destination":"admin","authenticationType":"oidc")" +
                                std::string(row.guarded) + "}";
    CHECK(!warned(by_path("^/to/([^/]+)/(.*)$", "$1", row.open), guarded).empty() == row.is_way_around);
  }
}

TEST_CASE("check: a public way around a scope is one, too; a login alone protects nothing by scope [S22]") {
  const std::string open =
      R"({"source":"^/to/([^/]+)/(.*)$","target":"$2","destination":"$1","authenticationType":"none"})";
  CHECK(warned(open).find("\"admin\" (routes/1)") != std::string::npos);
  CHECK(warned(open, R"({"source":"^/admin/(.*)$","destination":"admin","authenticationType":"oidc"})").empty());
}

TEST_CASE("check: a destination out of the host is looked at in the same way [S22]") {
  const std::string open = R"({"source":"^/(.*)$","destination":"*","authenticationType":"oidc"})";
  const auto with = [&](const std::string& pattern) {
    return warned(open, kAdmin, {{"DESTINATION_HOST_PATTERN", pattern}});
  };
  CHECK(with("^(.*).example.com$").find("DESTINATION_HOST_PATTERN") != std::string::npos);
  CHECK(with("^(shop|hr).example.com$").empty());
}

}  // namespace
}  // namespace router::config::test::reach_test
