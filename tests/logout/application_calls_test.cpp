#include "logout/application_calls.h"

#include <doctest/doctest.h>

#include "config/read_application.h"
#include "support/sessions.h"

namespace router::application_calls_test {
namespace {

using session::ApplicationLogout;

config::Configuration application() {
  config::Configuration config;
  config.destinations["crm"].logout_path = "/bye";
  config.destinations["crm"].logout_method = config::LogoutCallMethod::get;
  config.destinations["silent"];
  config.services["svc/a"].logout_path = "/end";
  config.looked_up_logouts["erp"] = {"/off", config::LogoutCallMethod::put};
  return config;
}

TEST_CASE("application calls: every destination and service with a logoutPath [issue 15]") {
  const auto logouts = logout::application_logouts(application(), "app1", "idp");
  CHECK(logouts == std::vector<ApplicationLogout>{{"app1", "crm", "/bye", "GET", false, true},
                                                  {"app1", "erp", "/off", "PUT", false, true},
                                                  {"app1", "svc/a", "/end", "POST", true, true}});
}

TEST_CASE("application calls: of a service the endpoint is remembered that is the application's default [issue 15]") {
  config::Configuration central;
  for (const char* key : {"svc", "svc/a", "svc/b"}) {
    auto& service = central.services[key];
    service.name = "svc";
    service.is_service = true;
    service.service_key = key == std::string("svc") ? "svc/a" : key;
    service.url = *http::parse_url("https://" + service.service_key.substr(4) + ".example");
  }
  config::Configuration own = central;
  own.services["svc"] = config::Destination(own.services["svc/b"]);
  own.services["svc"].logout_path = "/end";
  const auto logouts = logout::application_logouts(own, "app1", "idp");
  CHECK(logouts == std::vector<ApplicationLogout>{{"app1", "svc/b", "/end", "POST", true, true}});
  const auto* known = logout::known_back_end(central, logouts.at(0));
  REQUIRE(known != nullptr);
  const auto target = logout::make_application_target(logouts.at(0), *known, central);
  CHECK(target->url.to_string() == "https://b.example/end");
  // whose cookies and token it gets
  CHECK(target->back_end == "svc");
}

TEST_CASE("application calls: a session remembers each application once, fifty at most [issue 15]") {
  auto session = test::make_session();
  const auto of = [](const std::string& name) {
    return std::vector<ApplicationLogout>{{name, "crm", "/a", "POST", false, true},
                                          {name, "crm", "/b", "POST", false, true}};
  };
  CHECK(logout::has_logouts(session, "app1", {}));
  CHECK(!logout::has_logouts(session, "app1", of("app1")));
  logout::remember_logouts(session, "app1", of("app1"));
  logout::remember_logouts(session, "app2", of("app2"));
  logout::remember_logouts(session, "app1", of("app1"));
  CHECK(session.application_logouts.size() == 4);
  CHECK(logout::has_logouts(session, "app1", of("app1")));
  // what it no longer wants told
  logout::remember_logouts(session, "app1", {});
  CHECK(session.application_logouts == of("app2"));
  for (std::size_t i = 0; i < logout::kMostApplications; ++i) {
    const auto name = "x" + std::to_string(i);
    logout::remember_logouts(session, name, of(name));
  }
  CHECK(session.application_logouts.size() == 2 * logout::kMostApplications);
  CHECK(!logout::has_logouts(session, "app2", of("app2")));
  CHECK(logout::has_logouts(session, "x0", of("x0")));
}

TEST_CASE("application calls: no application is told by a logout token that the descriptor asks for [issue 15]") {
  config::Destination back_end;
  back_end.name = "crm";
  back_end.url = *http::parse_url("https://crm.example");
  back_end.logout_audience = "crm-client";
  const auto target = logout::make_application_target({"app1", "crm", "/bye", "POST", false, true}, back_end, {});
  CHECK(target->audience.empty());
  CHECK(target->url.to_string() == "https://crm.example/bye");
}

TEST_CASE(
    "application calls: two that are not known yet are one call only where both are the same owner's [issue 15]") {
  for (const bool is_known : {false, true}) {
    CAPTURE(is_known);
    logout::CallTargets targets;
    for (const bool prefer_local : {false, true, false}) {
      auto target =
          *logout::make_application_target({"app1", "erp", "/bye", "POST", false, true, prefer_local}, {}, {});
      target.is_known = is_known;
      logout::add_target(std::make_shared<const logout::CallTarget>(std::move(target)), targets);
    }
    CHECK(targets.size() == (is_known ? 1 : 2));
  }
}

TEST_CASE("application calls: an application has a hundred at most [issue 15]") {
  config::Configuration config;
  for (int i = 0; i < 1000; ++i) config.destinations["d" + std::to_string(i)].logout_path = "/bye";
  CHECK(logout::application_logouts(config, "app1", "idp").size() == config::kMostApplicationLogouts);
}

TEST_CASE("application calls: what a session has is compared in order, more and less is not the same [issue 15]") {
  auto session = test::make_session();
  const ApplicationLogout a{"app1", "crm", "/a", "POST", false, true};
  const ApplicationLogout b{"app1", "crm", "/b", "POST", false, true};
  logout::remember_logouts(session, "app1", {a, b});
  CHECK(logout::has_logouts(session, "app1", {a, b}));
  CHECK(!logout::has_logouts(session, "app1", {a}));
  CHECK(!logout::has_logouts(session, "app1", {b, a}));
  CHECK(!logout::has_logouts(session, "app1", {a, b, a}));
  CHECK(!logout::has_logouts(session, "app1", {}));
}

TEST_CASE("application calls: the name of one tells all that is needed to make it again [issue 15]") {
  for (const auto& logout : {ApplicationLogout{"app1", "crm", "/bye?a=1&b=%2F", "GET", false, true},
                             ApplicationLogout{"app1", "crm", "/bye", "POST", false, true, true},
                             ApplicationLogout{"biz.app-1.0.0", "a b/c:d\n", "/", "POST", true, false}}) {
    const auto name = logout::application_target_name(logout);
    CAPTURE(name);
    const auto read = logout::read_application_target_name(name);
    REQUIRE(read);
    CHECK(*read == logout);
  }
  for (const char* other :
       {"destination:crm", "application:", "application:a/destination/b/GET", "application:%/a/b/c/d/e"}) {
    CAPTURE(other);
    CHECK(!logout::read_application_target_name(other));
  }
}

}  // namespace
}  // namespace router::application_calls_test
