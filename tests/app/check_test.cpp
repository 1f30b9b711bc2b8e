// What `xs-router check` prints, and ends with.
#include "app/check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/temporary_folder.h"

namespace router::app::check_test {
namespace {

using Variables = std::map<std::string, std::string>;

struct Checked {
  int exit_code = 0;
  std::string output;
};

Checked check_directory(const std::string& directory, Variables variables, CheckOptions options = {}) {
  std::ostringstream out;
  const int code = check({.directory = directory, .environment = std::move(variables)}, options, out);
  return {code, out.str()};
}

Checked check_descriptor(const std::string& descriptor, Variables variables, CheckOptions options = {}) {
  const test::TemporaryFolder folder;
  folder.write("xs-app.json", descriptor);
  variables.emplace("VCAP_APPLICATION", "{}");
  variables.emplace("destinations", R"([{"name":"b","url":"http://b.example.com"}])");
  return check_directory(folder.path().string(), std::move(variables), options);
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Each look at it takes a while.
struct SlowClock final : base::Clock {
  base::SteadyTime steady() const override { return now += base::milliseconds(50); }
  base::WallTime wall() const override { return {}; }
  mutable base::SteadyTime now{};
};

const Variables kProvider = {{"OIDC_ISSUER", "https://id.example.com"}, {"OIDC_CLIENT_ID", "c"}};

constexpr const char* kThreeRoutes = R"({"routes":[{"source":"^/a","destination":"b"},
  {"source":"^/b","destination":"b"},{"source":"^/c","destination":"b"},{"source":"^/d","destination":"b","authenticationType":"none"}]})";

}  // namespace

TEST_CASE("check: an application's descriptor is judged by the directory that it will run in [issue 15]") {
  const test::TemporaryFolder folder;
  folder.write("xs-app.json", R"({"routes": []})");
  const auto check_with = [&](const std::string& application, const char* name = "app.json") {
    folder.write("app.json", application);
    return check_directory(folder.path().string(),
                           {{"VCAP_APPLICATION", "{}"}, {"destinations", R"([{"name":"b","url":"http://b.example"}])"}},
                           {.application = (folder.path() / name).string()});
  };
  const auto good = check_with(R"({"routes": [{"source": "^/x", "destination": "b", "authenticationType": "none"}]})");
  CHECK(good.exit_code == 0);
  CHECK(good.output.empty());
  const auto warned = check_with(R"({"routes": [{"source": "^/x", "localDir": "web", "authenticationType": "none"}]})");
  CHECK(warned.exit_code == 0);
  CHECK(warned.output.find("app.json:1:") != std::string::npos);
  CHECK(warned.output.find("the route answers 404") != std::string::npos);
  const auto faulty = check_with(R"({"routes": [{"source": "^/x("}]})");
  CHECK(faulty.exit_code == 1);
  CHECK(faulty.output.find("/routes/0/source") != std::string::npos);
  CHECK(check_with("{}", "none.json").exit_code == 1);
}

TEST_CASE(
    "check: at a terminal it says how far a large directory is, and the findings have lines of their own [issue 14]") {
  const test::TemporaryFolder folder;
  std::string routes;
  for (int i = 0; i < 1'000; ++i) {
    routes += (i == 0 ? "" : ",") + std::string(R"({"source":"^/r)") + std::to_string(i) +
              R"(/(.*)$","localDir":"web","authenticationType":"none"})";
  }
  folder.write("web/index.html", "");
  folder.write("xs-app.json", R"({"welcomeFil":"","routes":[)" + routes + "]}");
  const config::LoadInput input{.directory = folder.path().string(), .environment = {{"VCAP_APPLICATION", "{}"}}};
  std::ostringstream out;
  std::ostringstream terminal;
  const SlowClock clock;
  ProgressLine line(terminal, clock);
  CHECK(check(input, {}, out, &line) == 1);
  CHECK(terminal.str().find(" of 1000 routes read") != std::string::npos);
  CHECK(terminal.str().find(" of 1000 routes judged") != std::string::npos);
  CHECK(terminal.str().ends_with("\r\x1b[K"));
  CHECK(out.str().find("\r") == std::string::npos);
  std::ostringstream piped;
  CHECK(check(input, {}, piped) == 1);
  CHECK(piped.str() == out.str());
}

TEST_CASE("check: what a start would refuse is an error, and nothing is made or changed [K15]") {
  const test::TemporaryFolder folder;
  folder.write("xs-app.json", "{}");
  folder.write("file", "text");
  folder.write("short/session-secret", "short");
  folder.write("good/session-secret", "0123456789abcdef0123456789abcdef\n");
  const auto said = [&](Variables variables) {
    variables.emplace("VCAP_APPLICATION", "{}");
    variables.emplace("MANAGEMENT_TOKEN", "0123456789abcdef");
    const auto checked = check_directory(folder.path().string(), std::move(variables));
    CHECK(checked.exit_code == (checked.output.find("error") != std::string::npos ? 1 : 0));
    return checked.output;
  };
  const std::string secret = "0123456789abcdef0123456789abcdef";
  CHECK(said({{"STATE_DIR", "file"}}).find("STATE_DIR") != std::string::npos);
  CHECK(said({{"STATE_DIR", "short"}}).find("holds no secret of 32 characters") != std::string::npos);
  CHECK(said({{"STATE_DIR", "good"}}).empty());
  CHECK(said({{"STATE_DIR", "new"}}).empty());
  CHECK(said({{"STATE_DIR", "new/deep"}}).empty());
  CHECK_FALSE(std::filesystem::exists(folder / "new"));
  CHECK(said({{"STATE_DIR", "file/new"}}).find("file/new, which cannot be written") != std::string::npos);
  CHECK(said({{"LOG_FILE", "nowhere/log"}}).find("LOG_FILE") != std::string::npos);
  CHECK(said({{"LOG_FILE", "short"}}).find("LOG_FILE") != std::string::npos);
  CHECK(said({{"LOG_FILE", "log"}}).empty());
  CHECK_FALSE(std::filesystem::exists(folder / "log"));
  CHECK(said({{"MANAGEMENT_BIND", "unix:/nope/x"}}).find("MANAGEMENT_BIND") != std::string::npos);
  CHECK(said({{"MANAGEMENT_BIND", "unix:socket"}}).empty());
  CHECK(said({{"SESSION_STORE", "redis://r:99999"}, {"SESSION_SECRET", secret}}).find("SESSION_STORE") !=
        std::string::npos);
  CHECK(said({{"SESSION_STORE", "redis://r:6379"}, {"SESSION_SECRET", secret}}).empty());
  for (const char* name : {"SESSION_STORE", "LOGOUT_OUTBOX"}) {
    CHECK(said({{name, "sqlite:new/state.db"}, {"SESSION_SECRET", secret}}).empty());
    for (const char* bad : {"sqlite:file/state.db", "sqlite:short"}) {
      CHECK(said({{name, bad}, {"SESSION_SECRET", secret}}).find(std::string("variable ") + name) != std::string::npos);
    }
  }
}

TEST_CASE("check: a destination's header that is never sent is warned of [issue 9]") {
  const auto said = [](const std::string& header) {
    return check_descriptor(
        R"({"routes": [{"source": "^/a", "destination": "b", "authenticationType": "none"}]})",
        {{"destinations", R"([{"name": "b", "url": "http://b.example", "headers": {")" + header + R"(": "x"}}])"}});
  };
  for (const char* header : {"Host", "transfer-encoding", "Content_Length", "Connection", "X-Forwarded-Host"}) {
    CAPTURE(header);
    const auto checked = said(header);
    CHECK(checked.exit_code == 0);
    CHECK(checked.output.find(std::string("the header \"") + header + "\" of \"b\"") != std::string::npos);
  }
  CHECK(said("X-Api-Key").output.empty());
}

TEST_CASE("check: of the demo's and all examples' directories it says nothing, and ends with 0 [K15]") {
  const Variables secret = {{"OIDC_CLIENT_SECRET", "a-secret"}};
  Variables demo = {{"OIDC_ISSUER", "http://localhost:5001"},
                    {"OIDC_CLIENT_ID", "demo"},
                    {"OIDC_CLIENT_SECRET", "a-secret"},
                    {"destinations", R"([{"name":"orders","url":"http://localhost:5002","forwardAuthToken":true},
                                         {"name":"invoices","url":"http://localhost:5003","forwardAuthToken":true}])"}};
  std::map<std::string, Variables> directories = {{ROUTER_SOURCE_DIR "/demo/workdir", demo}};
  for (const auto& entry : std::filesystem::directory_iterator(ROUTER_SOURCE_DIR "/examples")) {
    if (entry.is_directory()) directories[entry.path().string()] = secret;
  }
  CHECK(directories.size() >= 6);
  for (const auto& [directory, variables] : directories) {
    CAPTURE(directory);
    const auto checked = check_directory(directory, variables);
    CHECK(checked.exit_code == 0);
    CHECK(checked.output == "");
    const auto json = check_directory(directory, variables, {.json = true});
    CHECK(json.exit_code == 0);
    CHECK(nlohmann::json::parse(json.output, nullptr, false).value("issues", nlohmann::json(1)).empty());
  }
}

TEST_CASE("check: a cause is one line with the number of its places [K15]") {
  const auto checked = check_descriptor(kThreeRoutes, {});
  CHECK(checked.exit_code == 0);
  CHECK(checked.output ==
        "xs-app.json:1:12: warning: /routes/0: found a route that asks for a login, without a provider (in 3 "
        "places), expected a "
        "binding of an xsuaa, identity (IAS) or oidc service; until then nobody can log in, and the route "
        "answers 503\n"
        "0 errors, 1 warning\n");
  const auto mixed = check_descriptor(
      R"({"routes":[{"source":"^/a","service":"sap-approuter-userapi"},
    {"source":"^/b","service":"sap-approuter-userapi","authenticationType":"ias"},
    {"source":"^/c","service":"sap-approuter-userapi","authenticationType":"basic"}]})",
      {});
  CHECK(lines_of(mixed.output) == 2);
  CHECK(mixed.output.find("(in 3 places), expected a binding of an identity (IAS) service") != std::string::npos);
  const auto repository = check_descriptor(
      R"({"authenticationMethod":"none","routes":[{"source":"^/a","service":"html5-apps-repo-rt"},
    {"source":"^/b","service":"html5-apps-repo-rt"}]})",
      {});
  CHECK(lines_of(repository.output) == 2);
  CHECK(repository.output.find("found \"html5-apps-repo-rt\" while none is bound (in 2 places)") != std::string::npos);
  const auto json = nlohmann::json::parse(check_descriptor(kThreeRoutes, {}, {.json = true}).output, nullptr, false);
  CHECK(json.value("warnings", 0) == 1);
  CHECK(json.at("issues").at(0).value("places", 0) == 3);
}

TEST_CASE("check: errors are one line each place [K15]") {
  const auto checked = check_descriptor(
      R"({"routes":[{"source":"^/a","destination":"no"},{"source":"^/b","destination":"no"}]})", kProvider);
  CHECK(checked.exit_code == 1);
  CHECK(lines_of(checked.output) == 3);
}

TEST_CASE("check: ALLOWED_HOSTS is a matter of --strict, where warnings are errors [K15]") {
  const auto usual = check_descriptor(kThreeRoutes, kProvider);
  CHECK(usual.exit_code == 0);
  CHECK(usual.output == "");

  const auto strict = check_descriptor(kThreeRoutes, kProvider, {.strict = true});
  CHECK(strict.exit_code == 1);
  CHECK(strict.output.find("environment variable ALLOWED_HOSTS: error: found no value") == 0);
  CHECK(strict.output.find("\n1 error, 0 warnings\n") != std::string::npos);

  Variables all = kProvider;
  all["ALLOWED_HOSTS"] = "app.example.com";
  const auto good = check_descriptor(kThreeRoutes, all, {.strict = true});
  CHECK(good.exit_code == 0);
  CHECK(good.output == "");

  const auto doubtful =
      check_descriptor(R"({"welcomeFile":"./x.html","authenticationMethod":"none"})", {}, {.strict = true});
  CHECK(doubtful.exit_code == 1);
  CHECK(doubtful.output.find("xs-app.json:1:16: error: /welcomeFile: found \"./x.html\", expected \"x.html\"") == 0);
}

}  // namespace router::app::check_test
