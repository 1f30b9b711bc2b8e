// README of @sap/approuter, "User API Service".
#include "backend/user_api.h"

#include <doctest/doctest.h>

#include "backend/prepared_call.h"
#include "support/routes.h"
#include "support/run_task.h"
#include "support/sessions.h"
#include "support/unused_pool.h"

namespace router::user_api_test {

namespace {

session::Session john() {
  auto session = test::make_session("john.doe@sap.com");
  session.claims = R"({"given_name":"John","family_name":"Doe","email":"john.doe@sap.com",
                       "xs.user.attributes":{"country":["DE"],"email":["forged@evil.example"]}})";
  session.scopes = {"openid", "uaa.user"};
  return session;
}

// The user API below /user-api, as the README configures it.
struct Asked {
  explicit Asked(std::string method, std::string_view path, bool signed_in = true)
      : route(test::make_route("^/user-api(.*)")),
        exchange(std::move(method), path),
        prepared(exchange, route, config, pool) {
    route.target = "$1";
    route.leads_to = config::ToService{config::kUserApiService};
    route.authentication = config::AuthenticationType::xsuaa;
    if (signed_in) prepared.facts.user.session = std::make_shared<session::Session>(john());
    served = test::run_task(backend::UserApi().serve(prepared.call));
  }

  config::Configuration config;
  config::Route route;
  test::FakeExchange exchange;
  test::UnusedPool pool;
  test::PreparedCall prepared;
  base::Result<void> served;
};

}  // namespace

TEST_CASE("user API: currentUser says who is signed in") {
  const Asked asked("GET", "/user-api/currentUser");
  REQUIRE(asked.served.has_value());
  CHECK(asked.exchange.status() == 200);
  CHECK(asked.exchange.field("Content-Type") == "application/json");
  CHECK(asked.exchange.field("Cache-Control") == "no-store");
  CHECK(asked.exchange.field("X-Completed") == "yes");
  CHECK(asked.exchange.body() ==
        R"({"firstname":"John","lastname":"Doe","email":"john.doe@sap.com","name":"john.doe@sap.com",)"
        R"~("displayName":"John Doe (john.doe@sap.com)","scopes":["openid","uaa.user"]})~");
}

TEST_CASE("user API: attributes adds the provider's own, which cannot pose as the user's name") {
  const Asked asked("GET", "/user-api/attributes?x=1");
  REQUIRE(asked.served.has_value());
  CHECK(asked.exchange.body() ==
        R"({"firstname":"John","lastname":"Doe","email":"john.doe@sap.com","name":"john.doe@sap.com",)"
        R"("scopes":["openid","uaa.user"],"country":["DE"]})");
}

TEST_CASE("user API: scopes and attributes are those of xsuaa alone") {
  CHECK(backend::attributes_json(john(), false) ==
        R"({"firstname":"John","lastname":"Doe","email":"john.doe@sap.com","name":"john.doe@sap.com"})");
}

TEST_CASE("user API: what the provider did not say is left out") {
  const struct {
    const char* claims;
    const char* json;
  } rows[] = {
      {"", R"({"name":"john","displayName":"john"})"},
      {"[]", R"({"name":"john","displayName":"john"})"},
      {R"({"given_name":5,"family_name":"Doe"})", R"~({"lastname":"Doe","name":"john","displayName":"Doe (john)"})~"},
      {R"({"email":"j@a.example"})", R"({"email":"j@a.example","name":"john","displayName":"john"})"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.claims));
    auto session = test::make_session("john");
    session.claims = row.claims;
    CHECK(backend::current_user_json(session, false) == row.json);
  }
}

TEST_CASE("user API: other paths are 404, nobody is 401, other methods are 405, HEAD has no body") {
  using base::ErrorCode;
  CHECK(Asked("GET", "/user-api/other").served.error().code == ErrorCode::not_found);
  CHECK(Asked("GET", "/user-api/currentUser/").served.error().code == ErrorCode::not_found);
  CHECK(Asked("GET", "/user-api/currentUser", false).served.error().code == ErrorCode::unauthenticated);
  const Asked post("POST", "/user-api/currentUser");
  CHECK(post.exchange.status() == 405);
  CHECK(post.exchange.field("Allow") == "GET, HEAD");
  const Asked head("HEAD", "/user-api/currentUser");
  CHECK(head.exchange.status() == 200);
  CHECK(head.exchange.body().empty());
}

}  // namespace router::user_api_test
