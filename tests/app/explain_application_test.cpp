// xs-router explain where an HTML5 repository is bound.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/explain.h"
#include "support/temporary_folder.h"

namespace router::app::explain_application_test {
namespace {

using Json = nlohmann::ordered_json;

class Site {
 public:
  Site() {
    folder_.write("xs-app.json", R"({"logout": {"logoutEndpoint": "/my/logout", "logoutPage": "/bye.html"},
      "routes": [{"source": "^/(.*)$", "destination": "api", "authenticationType": "none"}]})");
    folder_.write("app.json", R"({"welcomeFile": "index.html", "destinations": {"api": {"logoutPath": "/end"}},
      "routes": [{"source": "^/odata/(.*)$", "target": "/v1/$1", "destination": "api", "authenticationType": "none"},
                 {"source": "^/(.*)$", "service": "html5-apps-repo-rt", "authenticationType": "none"}]})");
    folder_.write("default-env.json", R"({"ALLOWED_HOSTS": "app.example.com",
      "destinations": [{"name": "api", "url": "http://api.example.com/base"}],
      "VCAP_SERVICES": {"html5-apps-repo": [{"name": "r", "plan": "app-runtime", "credentials": {
        "uri": "https://repo.example.com"}}]}})");
  }

  int run(const std::string& url, const std::string& application) {
    out.str("");
    faults.str("");
    ExplainRequest request{"GET", url, {}, application.empty() ? "" : (folder_.path() / application).string()};
    return explain({.directory = folder_.path().string()}, request, true, out, faults);
  }
  Json ask(const std::string& url, const std::string& application = "") {
    CHECK(run(url, application) == 0);
    CHECK(faults.str() == "");
    return Json::parse(out.str());
  }

  std::ostringstream out;
  std::ostringstream faults;

 private:
  test::TemporaryFolder folder_;
};

TEST_CASE("explain: which application would be asked for, and what holds without it [issue 15]") {
  Site site;
  const auto told = site.ask("/app1/x");
  CHECK(told["application"].get<std::string>().find("app1, asked of the HTML5 repository") == 0);
  CHECK(told["answer"] == "route 0");
  CHECK(!site.ask("/app-one/x").contains("application"));
}

TEST_CASE("explain: --app FILE is what the repository has of the application [issue 15]") {
  Site site;
  const auto odata = site.ask("/app1/odata/Orders?a=1", "app.json");
  CHECK(odata["application"] == "app1");
  CHECK(odata["route"]["url"] == "http://api.example.com/base/v1/Orders?a=1");
  CHECK(site.ask("/app1/i.html", "app.json")["route"]["url"] == "https://repo.example.com/app1/i.html");
  CHECK(site.ask("/app1-1.0.0/~1~/i.html", "app.json")["route"]["url"] == "https://repo.example.com/app1-1.0.0/i.html");
  CHECK(site.ask("/app1/", "app.json")["answer"].get<std::string>().find("/app1/index.html") != std::string::npos);
  // its back-ends beside the central ones
  const auto logout = site.ask("/app1/my/logout", "app.json");
  CHECK(logout["logout"]["protocol"] == "application");
  REQUIRE(logout["logout"]["backEndCalls"].size() == 1);
  CHECK(logout["logout"]["backEndCalls"][0]["call"] == "POST http://api.example.com/base/end");
  CHECK(logout["logout"]["landsOn"].get<std::string>().find("/app1/bye.html") != std::string::npos);
}

TEST_CASE("explain: a FILE that is none, or no descriptor, is said [issue 15]") {
  Site site;
  CHECK(site.run("/app1/x", "missing.json") == 2);
  CHECK(site.faults.str().find("--app") == 0);
  CHECK(site.run("/app1/x", "default-env.json") == 2);
}

}  // namespace
}  // namespace router::app::explain_application_test
