// What is wrong with a bound service stops the start only where something needs the service.
#include <doctest/doctest.h>

#include "config/config_fixture.h"
#include "config/json_reader.h"

namespace router::config::test::unused_services_test {
namespace {

constexpr const char* kBrokenXsuaa = R"({"xsuaa":[{"name":"u","credentials":{"clientid":"c"}}]})";
constexpr const char* kPublic = R"({"authenticationMethod":"none","routes":[{"source":"^/a","destination":"b"}]})";

LoadResult load_bound(const char* services, const std::string& descriptor) {
  return load_variables(
      {{"VCAP_SERVICES", services}, {"destinations", R"([{"name":"b","url":"http://b.example.com"}])"}}, descriptor);
}

}  // namespace

TEST_CASE("bindings: one that no route uses is a warning at its place, and is left out [K13]") {
  struct Row {
    const char* services;
    const char* says;
  };
  for (const Row& row :
       {Row{kBrokenXsuaa, "environment variable VCAP_SERVICES:1:37: warning: /xsuaa/0/credentials: found no \"url\""},
        Row{R"({"identity":[{"name":"i","credentials":{"url":"nonsense","clientid":"c"}}]})",
            "/identity/0/credentials/url: found \"nonsense\""},
        Row{R"({"oidc":[{"name":"o","credentials":{}}]})", "/oidc/0/credentials: found no \"issuer\""},
        Row{R"({"destination":[{"name":"d","credentials":{"clientid":"c"}}]})",
            "/destination/0/credentials: found no \"uri\""},
        Row{R"({"biz":[{"name":"s","credentials":{"sap.cloud.service":"s","endpoints":{"a":5}}}]})",
            "/biz/0/credentials/endpoints/a: found 5"},
        Row{R"({"redis":"x"})", "/redis: found \"x\""}}) {
    CAPTURE(row.services);
    const auto result = load_bound(row.services, kPublic);
    CHECK(errors_of(result) == "");
    REQUIRE(result.configuration);
    CHECK(to_text(result.issues).find(row.says) != std::string::npos);
    CHECK(to_text(result.issues).find("nothing here uses the service, so it is left out") != std::string::npos);
    CHECK(result.configuration->providers.empty());
    CHECK(result.configuration->services.empty());
    CHECK_FALSE(result.configuration->destination_service);
  }
}

TEST_CASE("bindings: what is missing of one that no route uses is one warning [K15]") {
  const auto result = load_bound(R"({"destination":[{"name":"d","credentials":{"clientid":"c"}}]})", kPublic);
  CHECK(result.issues.count(Severity::warning) == 1);
  CHECK(to_text(result.issues)
            .find("found no \"uri\" and no \"url\" and no \"clientsecret\", expected all that such a "
                  "service has; nothing here uses the service, so it is left out") != std::string::npos);
}

TEST_CASE("bindings: one that is needed stops the start as before [K13]") {
  struct Row {
    const char* services;
    const char* descriptor;
  };
  for (const Row& row :
       {Row{kBrokenXsuaa, R"({"routes":[{"source":"^/a","destination":"b"}]})"},
        Row{kBrokenXsuaa, R"({"authenticationMethod":"none","am":{"realm":"/alpha"}})"},
        Row{R"({"oidc":[{"name":"o","credentials":{}}]})",
            R"({"routes":[{"source":"^/a","destination":"b","authenticationType":"oidc"}]})"},
        Row{R"({"destination":[{"name":"d","credentials":{"clientid":"c"}}]})",
            R"({"authenticationMethod":"none","routes":[{"source":"^/a","destination":"unknown"}]})"},
        Row{R"({"destination":[{"name":"d","credentials":{"clientid":"c"}}]})",
            R"x({"authenticationMethod":"none","routes":[{"source":"^/(.*)","destination":"$1"}]})x"},
        Row{R"({"biz":[{"name":"s","credentials":{"sap.cloud.service":"s","endpoints":{"a":5}}}]})",
            R"({"authenticationMethod":"none","routes":[{"source":"^/a","service":"s","endpoint":"a"}]})"}}) {
    CAPTURE(row.services);
    CAPTURE(row.descriptor);
    const auto result = load_bound(row.services, row.descriptor);
    CHECK(result.configuration == nullptr);
    CHECK(errors_of(result).find("/credentials") != std::string::npos);
  }
}

TEST_CASE("bindings: of two the broken one is left out where the routes use the other [K13]") {
  const auto result = load_bound(
      R"({"xsuaa":[{"name":"u","credentials":{"clientid":"c"}}],
          "oidc":[{"name":"o","credentials":{"issuer":"https://id.example.com","clientid":"c"}}]})",
      R"({"routes":[{"source":"^/a","destination":"b","authenticationType":"oidc"}]})");
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  REQUIRE(result.configuration->providers.size() == 1);
  CHECK(result.configuration->providers[0].name == "o");
}

TEST_CASE("bindings: services.<name> of the descriptor that nothing is bound for is a warning [K13]") {
  const auto result =
      load_bound("{}", R"({"authenticationMethod":"none","services":{"zz":{"endpoint":"y","logoutPath":"/x"}}})");
  CHECK(errors_of(result) == "");
  CHECK(to_text(result.issues).find("warning: /services/zz: found the unknown name \"zz\"") != std::string::npos);
}

}  // namespace router::config::test::unused_services_test
