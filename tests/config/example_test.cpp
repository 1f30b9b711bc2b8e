#include <doctest/doctest.h>

#include <set>

#include "config/config_fixture.h"
#include "config/json_access.h"
#include "config/schema.h"

namespace router::config::test::example_test {
namespace {

std::map<std::string, std::string> example_environment() {
  return {{"VCAP_APPLICATION", "{}"},
          {"ALLOWED_HOSTS", "app.example.com"},
          {"destinations", R"([{"name":"bank","url":"https://bank.example.com"}])"},
          {"VCAP_SERVICES", R"({
            "xsuaa": [{"name": "uaa", "credentials": {"url": "https://uaa.example.com", "clientid": "c",
              "clientsecret": "s", "xsappname": "app"}}],
            "user-provided": [{"name": "ui-toolkit", "plan": "free", "tags": ["ui"], "credentials": {"version": "1"}}],
            "country": [{"name": "country", "credentials": {"sap.cloud.service": "com.example.country",
              "endpoints": {"countryservice": "https://country.example.com"}}}]})"}};
}

// Names of all properties that a schema knows, or a document uses.
void collect_known(const json& node, std::set<std::string>& names) {
  if (node.is_array()) {
    for (const json& item : node) collect_known(item, names);
  }
  if (!node.is_object()) return;
  if (const json* properties = object_member(node, "properties")) {
    for (const auto& [name, property] : properties->items()) names.insert(name);
  }
  for (const auto& [name, child] : node.items()) collect_known(child, names);
}
void collect_used(const json& node, std::set<std::string>& names) {
  if (node.is_object()) {
    for (const auto& [name, child] : node.items()) names.insert(name);
  }
  if (node.is_structured()) {
    for (const json& child : node) collect_used(child, names);
  }
}

TEST_CASE("example: it loads, with warnings about what is not built yet at most") {
  const LoadResult result =
      load({.directory = ROUTER_SOURCE_DIR, .descriptor = "xs-app.json.example", .environment = example_environment()});
  CHECK(errors_of(result) == "");
  CHECK(result.configuration != nullptr);
}

TEST_CASE("examples: the directories of REST and hosted-login logout load without a fault") {
  for (const std::string name : {"rest", "hosted"}) {
    CAPTURE(name);
    const LoadResult result =
        load({.directory = ROUTER_SOURCE_DIR "/examples/" + name, .environment = {{"OIDC_CLIENT_SECRET", "a-secret"}}});
    CHECK(to_text(result.issues) == "");
    REQUIRE(result.configuration != nullptr);
    CHECK(result.configuration->am.has_value() == (name == "rest"));
    CHECK(result.configuration->hosted_login.has_value() == (name == "hosted"));
  }
}

TEST_CASE("example: it shows every property of the schema") {
  std::ifstream in(ROUTER_SOURCE_DIR "/xs-app.json.example");
  const json example = json::parse(in, nullptr, false);
  REQUIRE(example.is_object());
  std::set<std::string> known;
  std::set<std::string> used;
  collect_known(descriptor_schema(), known);
  collect_used(example, used);
  // Excludes applications and conditionalUrls, which the example has.
  known.erase("agentProperties");
  for (const std::string& name : known) {
    CAPTURE(name);
    CHECK(used.contains(name));
  }
}

TEST_CASE("schema: the one in the binary is the file that editors use") {
  std::ifstream in(ROUTER_SOURCE_DIR "/xs-app.schema.json");
  CHECK(descriptor_schema() == json::parse(in, nullptr, false));
}

}  // namespace
}  // namespace router::config::test::example_test
