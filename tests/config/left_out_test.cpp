// What the Node router has and this one leaves out is named once, wherever it is met.
#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::left_out_test {
namespace {

std::vector<std::string> warnings_of(const LoadResult& result) {
  std::vector<std::string> warnings;
  for (const Issue& issue : result.issues.sorted()) {
    if (issue.severity == Severity::warning) warnings.push_back(to_text(issue));
  }
  return warnings;
}

constexpr const char* kPublicRoute = R"({"routes":[{"source":"^/","localDir":".","authenticationType":"none"}]})";

TEST_CASE("left out: a variable, binding or destination of the Node router without a counterpart is named once") {
  struct Row {
    const char* variable;
    const char* value;
    const char* named;
  };
  const Row rows[] = {
      {"HTTP2_SUPPORT", "true", "HTTP2_SUPPORT"},
      {"BACKEND_MAX_SOCKETS", "100", "BACKEND_MAX_SOCKETS"},
      {"HANDLE_WEBSOCKET_EXT", "true", "HANDLE_WEBSOCKET_EXT"},
      {"OMIT_LOGIN_CSP", "true", "OMIT_LOGIN_CSP"},
      {"XS_APP_LOG_LEVEL", "debug", "XS_APP_LOG_LEVEL"},
      {"CF_NODEJS_LOGGING_LEVEL", "debug", "CF_NODEJS_LOGGING_LEVEL"},
      {"REQUEST_TRACE", "true", "REQUEST_TRACE"},
      {"BACKEND_COOKIES_SECRET", "x", "BACKEND_COOKIES_SECRET"},
      {"IAS_PRIVATE_KEY", "x", "IAS_PRIVATE_KEY"},
      {"SKIP_CLIENT_CREDENTIALS_TOKENS_LOAD", "true", "SKIP_CLIENT_CREDENTIALS_TOKENS_LOAD"},
      {"CACHE_SERVICE_CREDENTIALS", "true", "CACHE_SERVICE_CREDENTIALS"},
      {"SERVICE_2_APPROUTER", "true", "SERVICE_2_APPROUTER"},
      {"CLIENT_CERTIFICATE_HEADER_NAME", "x-cert", "CLIENT_CERTIFICATE_HEADER_NAME"},
      {"EXTENDED_LOGIN_CSP", "true", "EXTENDED_LOGIN_CSP"},
      {"ENABLE_FRAME_ANCESTORS_CSP_HEADERS", "true", "ENABLE_FRAME_ANCESTORS_CSP_HEADERS"},
      {"FRAME_ANCESTORS_CSP_HEADER_CACHE_TIME", "60", "FRAME_ANCESTORS_CSP_HEADER_CACHE_TIME"},
      {"MERGE_CSP_HEADERS", "true", "MERGE_CSP_HEADERS"},
      {"STORE_SESSION_COOKIES_IN_EXTERNAL_SESSION_STORE", "true", "STORE_SESSION_COOKIES_IN_EXTERNAL_SESSION_STORE"},
      {"COOKIE_BACKWARD_COMPATIBILITY", "true", "COOKIE_BACKWARD_COMPATIBILITY"},
      {"ENABLE_FORWARD_CORPORATE_IDP_TOKEN", "true", "ENABLE_FORWARD_CORPORATE_IDP_TOKEN"},
      {"USE_HTML5_APP_XS_APPJSON_IN_LOGIN_CALLBACK", "true", "USE_HTML5_APP_XS_APPJSON_IN_LOGIN_CALLBACK"},
      {"SVC2AR_STORE_CSRF_IN_EXTERNAL_SESSION", "true", "SVC2AR_STORE_CSRF_IN_EXTERNAL_SESSION"},
      {"ZONE_INFO_CACHE_TTL", "60", "ZONE_INFO_CACHE_TTL"},
      {"VCAP_SERVICES", R"({"subscription-manager":[{"credentials":{}}]})", "\"subscription-manager\""},
      {"destinations", R"([{"name":"erp","url":"http://erp:80","IASDependencyName":"x"}])",
       "IASDependencyName of \"erp\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.variable);
    CAPTURE(row.value);
    const LoadResult result = load_variables({{row.variable, row.value}}, kPublicRoute);
    CHECK(result.configuration != nullptr);
    const auto warnings = warnings_of(result);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find(row.named) != std::string::npos);
    CHECK(warnings[0].find("it is left out here") != std::string::npos);
  }
}

TEST_CASE("left out: a value that changes nothing is passed over in silence") {
  const std::pair<const char*, const char*> rows[] = {
      {"HTTP2_SUPPORT", "false"},
      {"SERVICE_2_APPROUTER", "false"},
      {"destinations", R"([{"name":"erp","url":"http://erp:80","proxyType":"Internet"}])"},
  };
  for (const auto& [variable, value] : rows) {
    CAPTURE(variable);
    CHECK(load_variables({{variable, value}}, kPublicRoute).issues.empty());
  }
}

TEST_CASE("left out: a route to the HTML5 application repository says that it answers 503 while none is bound") {
  const LoadResult result = load_variables({}, R"({"routes":[
      {"source":"^/a","service":"html5-apps-repo-rt","authenticationType":"none"},
      {"source":"^/b","service":"html5-apps-repo-rt","authenticationType":"none"}]})");
  CHECK(result.configuration != nullptr);
  const auto warnings = warnings_of(result);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] ==
        "xs-app.json:2:33: warning: /routes/0/service: found \"html5-apps-repo-rt\" while none is bound (in 2 places), "
        "expected a binding of html5-apps-repo, plan app-runtime; until then the route answers 503");
}

}  // namespace
}  // namespace router::config::test::left_out_test
