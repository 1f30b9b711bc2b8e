// A router with an xsuaa provider, an HTML5 application repository and two back-ends.
#pragma once

#include <string>

#include "e2e/browser.h"
#include "e2e/xsuaa_fixture.h"
#include "support/stub_repository.h"

namespace router::test {

struct Html5Fixture {
  explicit Html5Fixture(const nlohmann::json& central = nlohmann::json::object(),
                        const std::map<std::string, std::string>& variables = {})
      : central_(central), variables_(variables) {}

  StubProvider provider;
  RecordingBackend d1;
  RecordingBackend d2;
  StubRepository repository;

  // Starts it with the first call.
  RouterProcess& router() {
    if (!router_) router_.emplace(setup());
    return *router_;
  }
  // As a front proxy would ask for it.
  RawAnswer get(const std::string& path, FieldList fields = {}) { return Browser(router().port()).get(path, fields); }

 private:
  RouterSetup setup() {
    nlohmann::json services{{"xsuaa", binding("uaa", provider.credentials())},
                            {"html5-apps-repo", repository.binding()}};
    RouterSetup setup;
    setup.environment["PRESERVE_FRAGMENT"] = "false";
    setup.environment["VCAP_SERVICES"] = services.dump();
    for (const auto& [name, value] : variables_) setup.environment[name] = value;
    setup.add_destination("d1", d1.origin(), {{"forwardAuthToken", true}});
    setup.add_destination("d2", d2.origin(), {{"forwardAuthToken", true}});
    setup.descriptor = central_;
    return setup;
  }

  nlohmann::json central_;
  std::map<std::string, std::string> variables_;
  std::optional<RouterProcess> router_;
};

// As a script asks: it is told what is wrong, and sent nowhere.
inline int script_status(Browser browser, const std::string& path) {
  return browser.get(path, {{"X-Requested-With", "XMLHttpRequest"}}).status();
}

// A file route without a login.
inline nlohmann::json file_route(const std::string& source, const nlohmann::json& more = nlohmann::json::object()) {
  nlohmann::json route{{"source", source}, {"service", "html5-apps-repo-rt"}, {"authenticationType", "none"}};
  route.update(more);
  return route;
}

}  // namespace router::test
