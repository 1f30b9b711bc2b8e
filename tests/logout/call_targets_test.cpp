#include "logout/call_targets.h"

#include <doctest/doctest.h>

#include "logout/call_request.h"
#include "logout/world.h"
#include "support/routes.h"

namespace router::call_targets_test {

namespace {

session::BackendCookie cookie(std::string destination, std::string name, std::string value, std::string path = "/") {
  return {std::move(destination), std::move(name), base::Secret(std::move(value)), std::move(path), false};
}

std::string sent(const std::vector<config::Header>& fields, std::string_view name) {
  for (const auto& field : fields) {
    if (field.name == name) return field.value;
  }
  return "(none)";
}

}  // namespace

TEST_CASE("call targets: every destination and service with a logoutPath, once") {
  config::Configuration config;
  config.destinations["bank"] = test::make_destination("bank");
  config.destinations["shop"] = test::make_destination("shop", "");
  auto service = test::make_destination("mail", "/bye");
  service.is_service = true;
  config.services["mail"] = service;
  config.services["mail/api"] = service;
  const auto targets = logout::make_call_targets(config);
  REQUIRE(targets.size() == 2);
  CHECK(targets[0]->back_end == "bank");
  CHECK(!targets[0]->sends_token);
  CHECK(targets[1]->back_end == "mail");
  CHECK(targets[1]->sends_token);
}

TEST_CASE("call targets: the logout path stands below the destination's own path") {
  struct Row {
    std::string url;
    std::string logout_path;
    std::string called;
  };
  const std::vector<Row> rows = {
      {"http://bank.example", "/logout", "http://bank.example/logout"},
      {"http://bank.example/", "/logout", "http://bank.example/logout"},
      {"http://bank.example/base/", "/logout", "http://bank.example/base/logout"},
      {"https://bank.example:8443/base", "logout?a=b", "https://bank.example:8443/base/logout?a=b"},
      {"http://bank.example/base?k=v", "/logout?a=b", "http://bank.example/base/logout?k=v&a=b"},
      {"ws://bank.example/socket", "/logout", "http://bank.example/socket/logout"},
  };
  for (const auto& row : rows) {
    config::Configuration config;
    auto destination = test::make_destination("bank", row.logout_path);
    destination.url = *http::parse_url(row.url);
    config.destinations["bank"] = destination;
    CHECK(logout::make_call_targets(config).front()->url.to_string() == row.called);
  }
}

TEST_CASE("call targets: method, TLS, proxy and headers are the destination's") {
  config::Configuration config;
  auto destination = test::make_destination("bank");
  destination.logout_method = config::LogoutCallMethod::put;
  destination.strict_ssl = false;
  destination.proxy_host = "proxy.example";
  destination.proxy_port = 3128;
  destination.headers = {{"x-api-key", "k"}};
  destination.timeout = config::milliseconds(1500);
  config.destinations["bank"] = destination;
  const auto target = logout::make_call_targets(config).front();
  CHECK(target->method == "PUT");
  CHECK(!target->tls.verify);
  CHECK(target->proxy_host == "proxy.example");
  CHECK(target->headers.size() == 1);
  CHECK(target->timeout == base::milliseconds(1500));
}

TEST_CASE("calls: of a destination's headers none replaces or repeats what the router says itself [issue 9]") {
  config::Configuration config;
  for (const bool is_service : {false, true}) {
    auto destination = test::make_destination("bank");
    destination.is_service = is_service;
    destination.headers = {{"x-api-key", "k"},      {"Host", "evil"},          {"transfer-encoding", "chunked"},
                           {"Content_Length", "7"}, {"Connection", "close"},   {"TE", "trailers"},
                           {"Expect", "x"},         {"X-Forwarded-Host", "e"}, {"idempotency-key", "1"},
                           {"Cookie", "a=b"},       {"Content-Type", "text/x"}};
    const auto target = logout::make_call_target(destination, config);
    logout::CallRecord call;
    call.id = "l-1.1";
    call.credentials = std::make_shared<logout::Credentials>();
    std::string names;
    for (const auto& [name, value] : logout::make_request(call, target, false).headers)
      names += name + "=" + value + ";";
    CHECK(names == "Idempotency-Key=l-1.1;x-api-key=k;Content-Type=text/x;");
    names.clear();
    for (const auto& [name, value] : logout::make_request(call, target, false, {}, "t").headers) names += name + ";";
    CHECK(names == "Idempotency-Key;Content-Type;x-api-key;");
  }
}

TEST_CASE("calls: the user's token goes where it is taken, and never beside a logout token [issue 16]") {
  struct Row {
    bool takes_token;
    bool propagates_user;
    bool has_audience;
    bool sends_token;
  };
  for (const Row& row : {Row{false, false, false, false}, Row{true, false, false, true}, Row{false, true, false, true},
                         Row{true, false, true, false}, Row{false, true, true, false}, Row{true, true, true, false}}) {
    config::Configuration config;
    auto destination = test::make_destination("bank");
    destination.forward_auth_token = row.takes_token;
    destination.propagates_user = row.propagates_user;
    if (row.has_audience) destination.logout_audience = "bank-client";
    config.destinations["bank"] = destination;
    CHECK(logout::make_call_targets(config).front()->sends_token == row.sends_token);
  }
}

TEST_CASE("calls: the captured cookies of that destination, each name once") {
  config::Configuration config;
  config.destinations["bank"] = test::make_destination("bank", "/app/logout");
  session::Session session;
  session.backend_cookies = {cookie("bank", "SID", "root"), cookie("bank", "SID", "app", "/app"),
                             cookie("bank", "SID", "other", "/other"), cookie("bank", "XS", "1", "/elsewhere"),
                             cookie("mail", "SID", "foreign")};
  const auto calls = logout::calls_for(session, logout::make_call_targets(config), std::nullopt);
  CHECK(calls.front().cookies.reveal() == "SID=app; XS=1");
}

TEST_CASE("calls: a back-end of another owner that came while a call waited gets none of its cookies [issue 15]") {
  config::Configuration config;
  config.destinations["erp"] = test::make_destination("erp");
  session::Session session;
  session.backend_cookies = {cookie("erp", "SID", "1")};
  const auto targets = logout::make_call_targets(config);
  const auto call = logout::calls_for(session, targets, std::nullopt).at(0);
  const auto has_cookie = [&call](const logout::CallTarget& target) {
    const auto request = logout::make_request(call, target, false);
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [](const auto& field) { return field.first == "Cookie"; });
  };
  CHECK(has_cookie(*targets.at(0)));
  auto own = test::make_destination("erp");
  own.jar = config::subscribers_jar("erp", "t1");
  CHECK_FALSE(has_cookie(logout::make_call_target(own, config)));
}

TEST_CASE("calls: back-ends hear where the request came from; services also the router's host") {
  config::Configuration config;
  config.destinations["bank"] = test::make_destination("bank");
  auto plain = test::make_destination("plain");
  plain.set_x_forwarded_headers = false;
  config.destinations["plain"] = plain;
  auto service = test::make_destination("mail");
  service.is_service = true;
  config.services["mail"] = service;
  http::External external;
  external.scheme = "https";
  external.authority = "app.example";
  external.peer_address = "10.0.0.1";
  external.peer_trusted = true;
  const test::Request request("GET", "/my/logout?x", {{"x-forwarded-for", "203.0.113.7"}});
  const session::Session session;
  const auto calls = logout::calls_for(session, logout::make_call_targets(config),
                                       logout::forwarded_request(request.request, external));
  REQUIRE(calls.size() == 3);
  CHECK(sent(calls[0].forwarded, "x-forwarded-for") == "203.0.113.7, 10.0.0.1");
  CHECK(sent(calls[0].forwarded, "x-forwarded-host") == "app.example");
  CHECK(sent(calls[0].forwarded, "x-forwarded-proto") == "https");
  CHECK(sent(calls[0].forwarded, "x-forwarded-path") == "/my/logout");
  CHECK(sent(calls[0].forwarded, "x-approuter-host") == "(none)");
  CHECK(calls[1].forwarded.empty());
  CHECK(sent(calls[2].forwarded, "x-approuter-host") == "app.example");
}

TEST_CASE("calls: a service with a certificate of its own hears whose subaccount it was, and no token [issue 15]") {
  config::Configuration config;
  config::ServiceClient client;
  client.grant = config::ServiceGrant::mtls;
  client.client.client_certificate = "CERT";
  client.zone_id = "own-id";
  auto service = test::make_destination("mail");
  service.is_service = true;
  service.service_client = std::make_shared<const config::ServiceClient>(client);
  config.services["mail"] = service;
  session::Session session;
  session.tokens.access_token = base::Secret("user-token");
  const auto targets = logout::make_call_targets(config);
  CHECK_FALSE(targets.at(0)->sends_token);
  CHECK(targets.at(0)->tls.client_certificate == "CERT");
  CHECK(sent(logout::calls_for(session, targets, std::nullopt).at(0).forwarded, "x-tenant-id") == "own-id");
  session.tenant = "host.example";  // of a token that names none
  CHECK(sent(logout::calls_for(session, targets, std::nullopt).at(0).forwarded, "x-tenant-id") == "own-id");
  session.subdomain = "a-subscriber";
  CHECK(sent(logout::calls_for(session, targets, std::nullopt).at(0).forwarded, "x-tenant-id") == "(none)");
  session.claims = R"({"zid":"zid"})";
  CHECK(sent(logout::calls_for(session, targets, std::nullopt).at(0).forwarded, "x-tenant-id") == "zid");
}

TEST_CASE("calls: connections of a strict destination are strict at logout, too [issue 15]") {
  for (const bool is_strict : {false, true}) {
    config::Configuration config;
    config.destinations["bank"] = test::make_destination("bank");
    config.destinations["bank"].strict_connections = is_strict;
    const auto targets = logout::make_call_targets(config);
    const auto call = logout::calls_for(session::Session(), targets, std::nullopt).at(0);
    CHECK(logout::make_request(call, *targets.at(0), false, {}, {}).is_strict == is_strict);
  }
}

TEST_CASE("calls: a service hears of it with the token it was called with, everybody else with the user's") {
  config::Configuration config;
  config.destinations["bank"] = test::make_destination("bank");
  for (const char* name : {"mail", "unused"}) {
    config.services[name] = test::make_destination(name);
    config.services[name].is_service = true;
  }
  session::Session session;
  session.tokens.access_token = base::Secret("user");
  const base::WallTime later{base::seconds(2'000'000'000)};
  session.service_tokens = {{"mail", base::Secret("exchanged"), later}};
  const auto calls = logout::calls_for(session, logout::make_call_targets(config), std::nullopt);
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].credentials->access_token.reveal() == "user");
  CHECK(calls[1].credentials->access_token.reveal() == "exchanged");
  CHECK(calls[1].credentials->expires == later);
  CHECK(calls[2].credentials == calls[0].credentials);
}

TEST_CASE("calls: a service with a client of its own never hears the user's token, whatever its grant [issue 15]") {
  using config::ServiceGrant;
  for (const auto grant : {ServiceGrant::user_token, ServiceGrant::client_credentials, ServiceGrant::mtls}) {
    CAPTURE(static_cast<int>(grant));
    config::ServiceClient client;
    client.service = "mail";
    client.grant = grant;
    config::Configuration config;
    config.services["mail"] = test::make_destination("mail");
    config.services["mail"].is_service = true;
    config.services["mail"].service_client = std::make_shared<const config::ServiceClient>(client);
    session::Session session;
    session.tokens.access_token = base::Secret("user");
    const auto targets = logout::make_call_targets(config);
    CHECK(logout::calls_for(session, targets, std::nullopt).at(0).credentials->access_token.empty());
    if (grant != ServiceGrant::user_token) continue;
    session.service_tokens = {{"mail", base::Secret("exchanged"), base::WallTime{base::seconds(2'000'000'000)}}};
    const auto calls = logout::calls_for(session, targets, std::nullopt);
    CHECK(calls.at(0).credentials->access_token.reveal() == "exchanged");
  }
}

TEST_CASE("calls: the forwarded chain of an untrusted peer starts anew") {
  http::External external;
  external.peer_address = "203.0.113.9";
  const test::Request request("GET", "/my/logout", {{"x-forwarded-for", "1.2.3.4"}});
  CHECK(logout::forwarded_request(request.request, external).client_chain == "203.0.113.9");
}

TEST_CASE(
    "calls: the token goes to back-ends that requests of this session could have brought it to, and to no others "
    "[S11]") {
  struct Row {
    std::string name;
    std::string route_to;  // "" = no route at all
    std::string route_at;  // binding; "" = public
    bool dynamic_provider;
    std::string session_of;
    std::size_t bound;
    bool has_token;
  };
  const std::vector<Row> rows = {
      {"own", "bank", "one", false, "one", 2, true},
      {"another provider's", "bank", "two", false, "one", 2, false},
      {"public", "bank", "", false, "one", 1, false},
      {"any OpenID provider", "bank", "two", true, "one", 2, true},
      {"any name, own", "*", "one", false, "one", 2, true},
      {"any name, another provider's", "$1", "two", false, "one", 2, false},
      {"no route, one provider", "", "", false, "one", 1, true},
      {"no route, two providers", "", "", false, "one", 2, false},
  };
  for (const bool is_service : {false, true}) {
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CAPTURE(is_service);
      config::Configuration config;
      for (const char* name : {"one", "two"}) {
        if (config.providers.size() == row.bound) break;
        config.providers.push_back(test::make_provider_config(config::ProviderKind::oidc));
        config.providers.back().name = name;
      }
      auto back_end = test::make_destination("bank");
      back_end.forward_auth_token = true;
      back_end.is_service = is_service;
      (is_service ? config.services : config.destinations)["bank"] = back_end;
      if (!row.route_to.empty()) {
        config.routes.push_back(test::make_route("^/app"));
        auto& route = config.routes.back();
        const bool names_service = is_service && row.route_to == "bank";
        route.leads_to = config::ToDestination{row.route_to};
        if (names_service) route.leads_to = config::ToService{row.route_to};
        if (!row.route_at.empty()) route.authentication = config::AuthenticationType::oidc;
        route.provider = row.route_at;
        route.dynamic_identity_provider = row.dynamic_provider;
      }
      session::Session session;
      session.provider = row.session_of;
      session.tokens.access_token = base::Secret("at");
      const auto calls = logout::calls_for(session, logout::make_call_targets(config), std::nullopt);
      REQUIRE(calls.size() == 1);
      CHECK(calls[0].credentials->access_token.empty() == !row.has_token);
    }
  }
}

TEST_CASE("calls: all forwarding lines of a trusted proxy make the chain, as on every request [S3]") {
  http::External external;
  external.peer_address = "10.0.0.1";
  external.peer_trusted = true;
  const test::Request request("GET", "/my/logout",
                              {{"x-forwarded-for", "1.2.3.4"}, {"X-Forwarded-For", "203.0.113.7"}});
  CHECK(logout::forwarded_request(request.request, external).client_chain == "1.2.3.4, 203.0.113.7, 10.0.0.1");
}

}  // namespace router::call_targets_test
