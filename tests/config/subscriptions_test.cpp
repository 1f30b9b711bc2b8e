// The callbacks of a bound saas-registry, as they are read.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "config/config_fixture.h"

namespace router::config::test::subscriptions_test {
namespace {

constexpr const char* kXsuaa =
    R"("xsuaa":[{"name":"u","credentials":{"clientid":"c","clientsecret":"s","url":"https://own.uaa.example",
       "xsappname":"app!t1"}}])";

LoadResult with(const std::string& app_urls, const std::string& xsuaa = kXsuaa,
                std::map<std::string, std::string> variables = {}) {
  const nlohmann::json credentials{{"appUrls", app_urls}};
  variables["VCAP_SERVICES"] = "{" + xsuaa + (xsuaa.empty() ? "" : ",") +
                               R"("saas-registry":[{"name":"r","credentials":)" + credentials.dump() + "}]}";
  return load_variables(std::move(variables), R"({"routes":[{"source":"^/","localDir":"."}]})");
}

TEST_CASE("subscriptions: the paths of appUrls are the callbacks [issue 15]") {
  const auto result = with(R"({"getDependencies":"https://app.example/callback/v1.0/dependencies",
      "onSubscription":"https://app.example/callback/v1.0/tenants/{tenantId}/x?y"})");
  REQUIRE(result.configuration);
  CHECK(to_text(result.issues) == "");
  REQUIRE(result.configuration->subscriptions);
  const auto& callbacks = *result.configuration->subscriptions;
  CHECK(callbacks.dependencies_path == "/callback/v1.0/dependencies");
  CHECK(callbacks.before_tenant == "/callback/v1.0/tenants/");
  CHECK(callbacks.after_tenant == "/x");
  CHECK(callbacks.provider == "u");
  CHECK(callbacks.scope == "app!t1.Callback");
  CHECK(callbacks.dependencies == "[]");
}

TEST_CASE("subscriptions: whose they are says the platform [issue 15]") {
  const std::string urls = R"({"getDependencies":"https://x-app.example:443/d"})";
  const auto found = [&](const char* application, const char* pattern) {
    std::map<std::string, std::string> variables{{"VCAP_APPLICATION", application}};
    if (*pattern != 0) variables["TENANT_HOST_PATTERN"] = pattern;
    return with(urls, kXsuaa, variables).configuration->subscriptions.has_value();
  };
  CHECK(found("{}", ""));
  CHECK(found(R"({"application_uris":["X-App.example"]})", ""));
  CHECK(found(R"({"application_uris":["example"]})", ""));
  CHECK(!found(R"({"application_uris":["other.example"]})", ""));
  CHECK(!found(R"({"application_uris":["pp.example"]})", ""));
  CHECK(found(R"({"application_uris":["other.example"]})", "^(.*)-app\\.example$"));
}

TEST_CASE("subscriptions: what cannot be answered is said at start [issue 15]") {
  struct Row {
    const char* urls;
    const char* xsuaa;
    const char* said;
  };
  const Row rows[] = {
      {"no json", kXsuaa, "found no usable appUrls"},
      {R"({"onSubscription":"https://app.example/t/{tenantId}"})", "", "found a saas-registry without an xsuaa"},
      {R"({"onSubscription":"https://app.example/t"})", kXsuaa, "found onSubscription without {tenantId}"},
      {R"({"onSubscription":"app.example"})", kXsuaa, "found onSubscription \"app.example\""},
      {R"({"onSubscription":"https://a/t/{tenantId}","onSubscriptionAsync":true})", kXsuaa, "onSubscriptionAsync"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.urls);
    const auto result = with(row.urls, row.xsuaa);
    CHECK(result.configuration != nullptr);
    CHECK(to_text(result.issues).find(row.said) != std::string::npos);
  }
}

}  // namespace
}  // namespace router::config::test::subscriptions_test
