#include "identity/am_rest.h"

#include <doctest/doctest.h>

namespace router::am_rest_test {

TEST_CASE("am rest: a path names a realm, with and without the context") {
  struct Row {
    const char* path;
    const char* realm;  // null: not such a path
  };
  const Row rows[] = {
      {"/am/json/realms/root/realms/alpha/authenticate", "/alpha"},
      {"/json/realms/root/realms/alpha/authenticate", "/alpha"},
      {"/json/realms/root/realms/alpha/authenticate/", "/alpha"},
      {"/json/realms/root/realms/alpha/realms/beta/authenticate", "/alpha/beta"},
      {"/json/realms/root/authenticate", "/"},
      {"/json/authenticate", "/"},
      {"/am/json/authenticate", "/"},
      {"/json/realms/alpha/authenticate", "/alpha"},
      {"/am/json/realms/alpha/realms/beta/authenticate/", "/alpha/beta"},
      {"/json/alpha/authenticate", "/alpha"},
      {"/am/json/alpha/beta/authenticate", "/alpha/beta"},
      {"/json/root/authenticate", "/"},
      {"/json/root/alpha/authenticate", "/alpha"},
      {"/json/realms/alpha/beta/authenticate", nullptr},
      {"/json/alpha/realms/beta/authenticate", nullptr},
      {"/json/realms/authenticate", nullptr},
      {"/json//authenticate", nullptr},
      {"/json/alpha//authenticate", nullptr},
      {"/json/realms/root/realms/authenticate", nullptr},
      {"/json/realms/root/alpha/authenticate", nullptr},
      {"/json/realms//authenticate", nullptr},
      {"/json/x/authenticate", "/x"},
      {"/jsonauthenticate", nullptr},
      {"/json/xauthenticate", nullptr},
      {"/amx/json/authenticate", nullptr},
      {"/am/am/json/authenticate", nullptr},
      {"/authenticate", nullptr},
      {"/", nullptr},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const auto found = identity::read_realm_path(row.path, "/am", "/json", "authenticate");
    CHECK(found.has_value() == (row.realm != nullptr));
    if (found && row.realm != nullptr) CHECK(found->realm == row.realm);
  }
}

TEST_CASE("am rest: where the path names no realm, the parameter does [S37]") {
  const auto realm = [](const char* path, const char* query) {
    return identity::realm_of(*identity::read_realm_path(path, "/am", "/oauth2", "connect/endSession"), query);
  };
  CHECK(realm("/oauth2/connect/endSession", "") == "/");
  CHECK(realm("/oauth2/connect/endSession", "realm=/alpha") == "/alpha");
  CHECK(realm("/am/oauth2/connect/endSession", "x=y&realm=alpha") == "/alpha");
  CHECK(realm("/oauth2/connect/endSession", "realm=%2Falpha%2Fbeta/") == "/alpha/beta");
  CHECK(realm("/oauth2/connect/endSession", "realm=") == "/");
  CHECK(realm("/oauth2/connect/endSession", "realm=/") == "/");
  CHECK(realm("/oauth2/alpha/connect/endSession", "realm=beta") == "/alpha");
  CHECK(realm("/oauth2/realms/alpha/connect/endSession", "") == "/alpha");
  CHECK(realm("/oauth2/realms/root/connect/endSession", "realm=alpha") == "/alpha");
}

TEST_CASE("am rest: a realm is within itself, its parents and the root") {
  CHECK(identity::is_realm_within("/alpha", "/alpha"));
  CHECK(identity::is_realm_within("/alpha", "/"));
  CHECK(identity::is_realm_within("/alpha/beta", "/alpha"));
  CHECK(!identity::is_realm_within("/alphabet", "/alpha"));
  CHECK(!identity::is_realm_within("/alpha", "/alpha/beta"));
  CHECK(!identity::is_realm_within("/", "/alpha"));
}

TEST_CASE("am rest: resource versions 2.0 to 5.1 are spoken, and a refusal names them [S37]") {
  struct Row {
    const char* field;
    bool accepted;
  };
  const Row rows[] = {
      {"resource=2.1, protocol=1.0", true},
      {"resource=3.1, protocol=1.0", true},
      {"resource=2.0", true},
      {"protocol=1.0,resource=3.0", true},
      {"protocol=2.1", true},
      {"resource=2", true},
      {"Resource=3.1", true},
      {"resource=1.1", false},
      {"resource=3.2", true},
      {"resource=4.0, protocol=1.0", true},
      {"resource=5.1, protocol=2.1", true},
      {"resource=5.2", false},
      {"resource=6.0", false},
      {"resource=2.1, protocol=3.0", false},
      {"resource=", false},
      {"resource=2.10", false},
      {"resource=a.b", false},
      {"anything", false},
      {"", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.field);
    http::Headers headers;
    headers.add("Accept-API-Version", row.field);
    CHECK(identity::accepts_api_version(headers) == row.accepted);
  }
  http::Headers none;
  CHECK(identity::accepts_api_version(none));
  none.add("Accept-API-Version", "resource=2.1");
  none.add("Accept-API-Version", "resource=3.1");
  CHECK(!identity::accepts_api_version(none));
  const auto refused = identity::api_version_refused();
  CHECK(refused.status == 404);
  CHECK(refused.body.find("resource=2.0 to resource=5.1") != std::string::npos);
}

TEST_CASE("am rest: errors have code, reason and message, and are not stored") {
  const auto response = identity::rest_error(401, "Login \"failure\"");
  CHECK(response.status == 401);
  CHECK(response.body == R"({"code":401,"reason":"Unauthorized","message":"Login \"failure\""})");
  CHECK(response.headers.get("Cache-Control") == "no-store");
  CHECK(response.headers.get("Content-Type") == "application/json");
  const auto refused = identity::rest_method_not_allowed("POST");
  CHECK(refused.status == 405);
  CHECK(refused.headers.get("Allow") == "POST");
  CHECK(refused.headers.get("Cache-Control") == "no-store");
}

}  // namespace router::am_rest_test
