#include "config/effective.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "config/config_fixture.h"
#include "config/files.h"

namespace router::config::test::effective_test {
namespace {

// By name.
std::map<std::string, json> reported(const std::map<std::string, std::string>& variables) {
  std::map<std::string, json> found;
  const auto report = json::parse(load_variables(variables).effective);
  for (const auto& one : report["variables"]) found[one["name"].get<std::string>()] = one;
  return found;
}

// That docs/compatibility.md says this router reads.
std::set<std::string> documented() {
  std::string reason;
  const std::string page = read_whole_file(ROUTER_SOURCE_DIR "/docs/compatibility.md", 1 << 20, reason).value_or("");
  const auto begin = page.find("\n## Environment variables\n");
  const std::string section = page.substr(begin, page.find("\n## ", begin + 1) - begin);
  const std::regex row("\n\\| `([A-Za-z_]+)` \\| (same|better|ours) \\|");
  std::set<std::string> names;
  for (auto it = std::sregex_iterator(section.begin(), section.end(), row); it != std::sregex_iterator(); ++it)
    names.insert((*it)[1]);
  return names;
}

}  // namespace

TEST_CASE("effective: every variable that is documented is in the report, said or not [issue 14]") {
  // where files are looked for, and what a service manager says to the process
  const std::set<std::string> elsewhere{"NODE_ENV",      "VCAP_APPLICATION", "LISTEN_FDS",   "LISTEN_PID",
                                        "NOTIFY_SOCKET", "WATCHDOG_PID",     "WATCHDOG_USEC"};
  const auto found = reported({});
  const auto names = documented();
  CHECK(names.size() > 80);
  for (const auto& name : names) {
    CAPTURE(name);
    CHECK((found.contains(name) || elsewhere.contains(name)));
  }
}

TEST_CASE("effective: what is said, what is made of it, and what holds without a word [issue 14]") {
  struct Row {
    const char* name;
    const char* said;
    const char* shown;
  };
  const std::string secret = "0123456789abcdef0123456789abcdef";
  for (const Row& row :
       {Row{"PRESERVE_FRAGMENT", "FALSE", "false"}, Row{"PRESERVE_FRAGMENT", "", "true"},
        Row{"SESSION_STORE", "", "memory"}, Row{"SESSION_STORE", "sqlite:/var/x.db", "sqlite:/var/x.db"},
        Row{"SESSION_STORE", "redis://me:pass-word@h:6379", "redis://...@h:6379"},
        Row{"LOGOUT_OUTBOX", "rediss://:pass-word@h", "rediss://...@h"}, Row{"STATE_DIR", "/var/lib/x", "/var/lib/x"},
        Row{"RECEIPTS_KEEP", "", "30"}, Row{"NODE_TLS_REJECT_UNAUTHORIZED", "", "1"},
        Row{"SHUTDOWN_DELAY", "5", "5000ms"}, Row{"LOGOUT_GIVE_UP_AFTER", "", "86400000ms"},
        Row{"LOGOUT_GIVE_UP_AFTER", "90", "5400000ms"}}) {
    CAPTURE(row.name);
    CAPTURE(row.said);
    std::map<std::string, std::string> variables{{"SESSION_SECRET", secret}};
    if (*row.said != '\0') variables[row.name] = row.said;
    const auto found = reported(variables);
    REQUIRE(found.contains(row.name));
    CHECK(found.at(row.name)["value"] == row.shown);
    CHECK(found.at(row.name)["source"] == (*row.said == '\0' ? "default" : "environment"));
    CHECK(found.at("SESSION_SECRET")["value"] == "***");
  }
}

TEST_CASE("effective: no secret is in it, and nothing of what is not ours [issue 14]") {
  const std::map<std::string, std::string> variables{
      {"OIDC_ISSUER", "https://idp.example.com"},
      {"OIDC_CLIENT_ID", "router"},
      {"OIDC_CLIENT_SECRET", "hunter-2-hunter-2"},
      {"MANAGEMENT_TOKEN", "hunter-2-hunter-2-hunter"},
      {"STATE_PARAMETER_SECRET", "hunter-2-hunter-2-hunter-2-hunter-2"},
      {"SESSION_STORE", "redis://:hunter-2@h"},
      {"SESSION_SECRET", "hunter-2-hunter-2-hunter-2-hunter-2"},
      {"destinations", R"([{"name":"a","url":"http://u:hunter-2@h","headers":{"X-Api-Password":"hunter-2"}}])"},
      {"VCAP_SERVICES", R"({"x":[{"name":"a","credentials":{"password":"hunter-2"}}]})"},
      {"SOMEBODY_ELSES", "hunter-2"}};
  const auto loaded = load_variables(variables);
  CHECK(errors_of(loaded) == "");
  const auto& effective = loaded.effective;
  CHECK(effective.find("VCAP_SERVICES") != std::string::npos);
  CHECK(effective.find("hunter-2") == std::string::npos);
  CHECK(effective.find("SOMEBODY_ELSES") == std::string::npos);
}

TEST_CASE("effective: what check warns of is in it, too [issue 14]") {
  const auto check = json::parse(load_variables({{"MANAGEMENT_PORT", "9090"}}).effective)["check"];
  CHECK(check["errors"] == 0);
  const auto is_of_the_port = [](const json& issue) {
    return issue["severity"] == "warning" &&
           issue["file"].get<std::string>().find("MANAGEMENT_PORT") != std::string::npos;
  };
  CHECK(std::count_if(check["issues"].begin(), check["issues"].end(), is_of_the_port) == 1);
}

}  // namespace router::config::test::effective_test
