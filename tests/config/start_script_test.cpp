#include "config/start_script.h"

#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::start_script_test {

TEST_CASE("start script: JavaScript of its own is told from the Node router's start [K16]") {
  struct Row {
    const char* command;
    const char* script;
  };
  for (const Row& row : {Row{"node node_modules/@sap/approuter/approuter.js", ""},
                         Row{"node ./node_modules/@sap/approuter/approuter.js -w dist", ""},
                         Row{"node --max-http-header-size=65536 node_modules/@sap/approuter/approuter.js", ""},
                         Row{"PORT=5000 NODE_ENV=production node node_modules/@sap/approuter/approuter.js", ""},
                         Row{"npm run build && node node_modules/@sap/approuter/approuter.js", ""},
                         Row{"approuter", ""},
                         Row{"npx approuter -w .", ""},
                         Row{"xs-router -w .", ""},
                         Row{"cds-serve", ""},
                         Row{"", ""},
                         Row{"node", ""},
                         Row{"node server.js", "server.js"},
                         Row{"node ./lib/start", "./lib/start"},
                         Row{"node index", "index"},
                         Row{"node -r dotenv/config app.js", "app.js"},
                         Row{"node --inspect=0.0.0.0 \"my-router.js\"", "my-router.js"},
                         Row{"cross-env A=b node approuter-start.js", "approuter-start.js"},
                         Row{"A=/b/c node x.js", "x.js"},
                         Row{"npm run build; /usr/bin/node start.js", "start.js"},
                         Row{"nodemon server.js", "server.js"},
                         Row{"npx ts-node src/index.ts", "src/index.ts"}}) {
    CAPTURE(row.command);
    CHECK(own_script(row.command) == row.script);
  }
}

TEST_CASE("start script: a package.json that starts its own is a warning with its place, once [K16]") {
  struct Row {
    const char* package;
    const char* says;  // "" = nothing
  };
  const TemporaryDirectory directory;
  directory.write("xs-app.json", R"({"authenticationMethod":"none"})");
  for (const Row& row :
       {Row{R"({"scripts":{"start":"node server.js"}})",
            "package.json:1:21: warning: /scripts/start: found a start script that runs \"server.js\", "
            "expected node "
            "node_modules/@sap/approuter/approuter.js; extensions and middleware in JavaScript do not run "
            "here\n"},
        Row{R"({"scripts":{"start":"npm run serve","serve":"node lib/x.js"}})", "that runs \"lib/x.js\""},
        Row{R"({"scripts":{"start":"npm run start"}})", ""},
        Row{R"({"scripts":{"start":"node node_modules/@sap/approuter/approuter.js"}})", ""},
        Row{R"({"scripts":{"start":5}})", ""}, Row{R"({"scripts":{}})", ""}, Row{R"({"name":"x","name":"y"})", ""},
        Row{"no JSON", ""}}) {
    CAPTURE(row.package);
    directory.write("package.json", row.package);
    const auto result = directory.load({{"VCAP_APPLICATION", "{}"}});
    CHECK(result.configuration != nullptr);
    const auto text = to_text(result.issues);
    CHECK((*row.says == '\0' ? text.empty() : text.find(row.says) != std::string::npos));
  }
  directory.write("server.js", "");
  CHECK(to_text(directory.load({{"VCAP_APPLICATION", "{}"}}).issues).empty());  // no JSON, no package
  directory.write("package.json", "{}");
  CHECK(to_text(directory.load({{"VCAP_APPLICATION", "{}"}}).issues)
            .find("no start script, so that \"server.js\" is started") != std::string::npos);
}

}  // namespace router::config::test::start_script_test
