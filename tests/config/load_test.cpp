#include "config/load.h"

#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::load_test {
namespace {

TEST_CASE("load: a missing descriptor names the path that was looked for") {
  const TemporaryDirectory directory;
  CHECK(errors_of(directory.load()).find("no usable file \"" + directory.path().substr(0, 20)) != std::string::npos);
  CHECK(errors_of(directory.load()).find("(there is none)") != std::string::npos);
}

TEST_CASE("load: the process wins over default-env.json, which a platform switches off") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", "{}");
  directory.write("default-env.json",
                  R"({"PORT":5001,"SESSION_TIMEOUT":"20","destinations":[{"name":"a","url":"http://a"}]})");
  const auto local = directory.load({{"SESSION_TIMEOUT", "30"}}).configuration;
  REQUIRE(local);
  CHECK(local->environment.port == 5001);
  CHECK(local->session_timeout == std::chrono::minutes(30));
  CHECK(local->destinations.contains("a"));
  const auto deployed = directory.load({{"VCAP_APPLICATION", "{}"}}).configuration;
  REQUIRE(deployed);
  CHECK(deployed->environment.port == 5000);
  CHECK(deployed->destinations.empty());
}

TEST_CASE("load: faults in default-env.json have line and column") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", "{}");
  directory.write("default-env.json", "{\n  \"PORT\": \"x\",\n  \"destinations\": [{\"name\": \"a\", \"url\": 5}]\n}");
  CHECK(errors_of(directory.load()) ==
        "default-env.json:2:11: error: /PORT: found \"x\", expected a whole number from 0 to 65535\n"
        "default-env.json:3:41: error: /destinations/0/url: found 5, expected a URL with http, https, ws or "
        "wss, "
        "without user, query and fragment\n");
}

TEST_CASE("load: gotoParameter needs a returnEndpoint where the provider sends the browser to a foreign page") {
  const TemporaryDirectory directory;
  const auto warned = [&](const std::string& more, bool provider) {
    directory.write("xs-app.json", R"({"logout":{"logoutEndpoint":"/out","gotoParameter":"goto",)" + more + "}}");
    std::map<std::string, std::string> variables;
    if (provider) variables = {{"OIDC_ISSUER", "https://id.example"}, {"OIDC_CLIENT_ID", "c"}};
    return to_text(directory.load(variables).issues).find("/logout/gotoParameter") != std::string::npos;
  };
  CHECK(warned(R"("logoutPage":"https://bye.example/")", true));
  CHECK_FALSE(warned(R"("logoutPage":"https://bye.example/")", false));
  CHECK_FALSE(warned(R"("logoutPage":"/bye.html")", true));
  CHECK_FALSE(warned(R"("logoutPage":"https://bye.example/","returnEndpoint":"/back")", true));
}

TEST_CASE("load: --port wins over PORT") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", "{}");
  const LoadResult result = load({.directory = directory.path(), .environment = {{"PORT", "1"}}, .port = 4711});
  REQUIRE(result.configuration);
  CHECK(result.configuration->environment.port == 4711);
}

TEST_CASE("load: a localDir behind a symbolic link that leads outside is refused") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", R"({"routes":[{"source":"^/","localDir":"link"}]})");
  std::filesystem::create_directory_symlink("/etc", directory.path() + "/link");
  CHECK(errors_of(directory.load()).find("outside the directory of the descriptor") != std::string::npos);
}

TEST_CASE("load: the longest string that is read does not exhaust the stack of the schema's expressions") {
  const TemporaryDirectory directory;
  const std::string text(4095, 'a');
  directory.write("xs-app.json", R"({"logout":{"logoutPage":"/)" + text + R"("},"hostedLogin":{"customerId":")" + text +
                                     R"(","clients":{}}})");
  CHECK(errors_of(directory.load()).find("found a string of 4096 bytes") != std::string::npos);
}

TEST_CASE("load: REST logins without an identity provider are a warning") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", R"({"am":{}})");
  const LoadResult result = directory.load();
  CHECK(result.configuration != nullptr);
  CHECK(to_text(result.issues).find("warning: /am: found REST logins without an identity provider") !=
        std::string::npos);
}

TEST_CASE("load: a descriptor of 50 MiB is refused without being read whole") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", std::string(50 * 1024 * 1024, ' '));
  CHECK(errors_of(directory.load()).find("it is over 4194304 bytes") != std::string::npos);
}

}  // namespace
}  // namespace router::config::test::load_test
