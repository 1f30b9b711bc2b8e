// xs-router import: an agent's properties as `logout` JSON.
#include "app/import.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/load.h"
#include "support/temporary_folder.h"

namespace router::app::import_test {
namespace {

const std::string kData = ROUTER_TEST_DATA "/config";

struct Imported {
  int code = -1;
  std::string out;
  std::string faults;
};

Imported import(const std::string& file) {
  std::ostringstream out;
  std::ostringstream faults;
  const int code = import_agent_properties(file, out, faults);
  return {code, out.str(), faults.str()};
}

TEST_CASE("import: an agent's properties become the same logout settings as the file itself") {
  const auto imported = import(kData + "/agent.properties");
  CHECK(imported.code == 0);
  const auto json = nlohmann::json::parse(imported.out);
  const auto& logout = json.at("logout");
  CHECK(logout.at("applications").at("crm") ==
        nlohmann::json(
            {{"endpoint", "/crm/log-me-out"}, {"parameter", "log-out"}, {"page", "/banking-app/logout-page.html"}}));
  CHECK(logout.at("applications").at("").at("page") == "/agentapp/goodbye.html");
  CHECK(logout.at("inspectBody") == true);
  CHECK(logout.at("alwaysInvalidate") == false);
  CHECK(logout.at("conditionalUrls").size() == 4);
  CHECK(logout.at("conditionalUrls")[1] ==
        nlohmann::json({{"when", "example.com/path"}, {"url", "?one=red&two=green&three=blue"}}));
  CHECK(imported.faults.find("settings that are not about logout (1)") != std::string::npos);
}

TEST_CASE("import: a page that no browser is sent to is an error, as it is in the descriptor [issue 3]") {
  const test::TemporaryFolder folder;
  for (const char* page : {"javascript:alert(1)", "ftp://x/y", "data:text/html,x"}) {
    folder.write("agent.properties", std::string("org.forgerock.agents.logout.endpoint.map[a]=/a/out\n"
                                                 "org.forgerock.agents.logout.goto.map[a]=") +
                                         page + "\n");
    const auto imported = import((folder.path() / "agent.properties").string());
    CHECK(imported.code == 1);
    CHECK(imported.out.empty());
    CHECK(imported.faults.find("logout.goto.map[a]") != std::string::npos);
  }
}

TEST_CASE("import: what it prints is a valid descriptor, with the same meaning") {
  const auto imported = import(kData + "/agent.properties");
  const test::TemporaryFolder folder;
  folder.write("xs-app.json", imported.out);
  const std::map<std::string, std::string> environment = {
      {"VCAP_APPLICATION", "{}"},
      {"ALLOWED_HOSTS", "app.example.com"},
      {"destinations", R"([{"name":"crm","url":"https://crm.example.com"}])"}};
  const auto loaded = config::load({.directory = folder.path().string(), .environment = environment});
  CHECK_MESSAGE(!loaded.issues.has_errors(), to_text(loaded.issues));
  REQUIRE(loaded.configuration);
  const auto& logout = loaded.configuration->logout;
  REQUIRE(logout.applications.size() == 2);
  CHECK(logout.applications[1].endpoint == "/crm/log-me-out");
  CHECK(logout.conditional_urls.size() == 4);
  CHECK_FALSE(logout.always_invalidate);
}

TEST_CASE("import: a file without any setting about logout is a warning") {
  const test::TemporaryFolder folder;
  folder.write("log.properties", "log.level=debug\n");
  const auto imported = import((folder.path() / "log.properties").string());
  CHECK(imported.code == 0);
  CHECK(imported.faults.find("warning: found settings that are not about logout (1), expected some that are") !=
        std::string::npos);
}

TEST_CASE("import: errors name file and line, and nothing is printed") {
  struct Row {
    const char* text;
    const char* fault;
  };
  const Row rows[] = {
      {"a=b\norg.forgerock.agents.logout.endpoint.map[x]=https://no.path.example\n", ":2:1: error: "},
      {"\n\norg.forgerock.agents.logout.goto.mop[x]=/a\n", ":3:1: error: "},
      {"org.forgerock.agents.conditional.logout.url.list[a]=b|c\n", "a number in brackets"},
      {"org.forgerock.agents.logout.introspection.enabled=maybe\n", "true or false"},
      {"org.forgerock.agents.logout.goto.mop[x]=/a\n", "did you mean \"logout.goto.map\"?"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const test::TemporaryFolder folder;
    folder.write("agent.properties", row.text);
    const std::string file = (folder.path() / "agent.properties").string();
    const auto imported = import(file);
    CHECK(imported.code == 1);
    CHECK(imported.out.empty());
    CHECK(imported.faults.starts_with(file));
    CHECK(imported.faults.find(row.fault) != std::string::npos);
  }
}

TEST_CASE("import: a file that cannot be read, or is no text, is an error") {
  CHECK(import("/does/not/exist.properties").code == 1);
  const test::TemporaryFolder folder;
  folder.write("latin1", "a=\xE9\n");
  CHECK(import((folder.path() / "latin1").string()).faults.find("it is not UTF-8") != std::string::npos);
}

}  // namespace
}  // namespace router::app::import_test
