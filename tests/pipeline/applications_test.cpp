// What the pipeline knows of applications (agent style): their landing pages are public, and what a session has left
// needs a new login.
#include <doctest/doctest.h>

#include "pipeline/stage_world.h"
#include "support/run_task.h"

namespace router::applications_test {

using test::make_route;
using test::StageWorld;
using test::status_after;

namespace {

pipeline::Context& matched(StageWorld& world, std::string method, std::string_view target) {
  auto& context = world.ask(std::move(method), target, {{"Host", "app.example"}, {"Sec-Fetch-Mode", "cors"}});
  REQUIRE(status_after(pipeline::sanitize(context)) == 0);
  REQUIRE(status_after(pipeline::match_route(context)) == 0);
  return context;
}

config::Route protected_route(std::string source, std::string destination) {
  auto route = make_route(std::move(source));
  route.authentication = config::AuthenticationType::oidc;
  route.leads_to = config::ToDestination{std::move(destination)};
  route.provider = "oidc";
  return route;
}

}  // namespace

TEST_CASE("landing pages: an application's page is public for GET and HEAD, whatever its route says") {
  StageWorld world;
  world.config.logout.page = "/logoff.html";
  world.config.logout.applications = {{"bank", "", "", "/banking-app/logout-page.html", {"bank"}},
                                      {"", "", "", "http://app.example/bye", {}}};
  world.config.environment.allowed_hosts = {"app.example"};
  world.config.routes = {protected_route("^/", "bank")};
  struct Row {
    const char* method;
    const char* target;
    bool needs_login;
  };
  for (const Row& row :
       {Row{"GET", "/banking-app/logout-page.html", false}, Row{"GET", "/banking-app/logout-page.html?a=1", false},
        Row{"HEAD", "/banking-app/logout-page.html", false}, Row{"GET", "/%62anking-app/logout-page.html", false},
        Row{"GET", "/bye", false}, Row{"POST", "/banking-app/logout-page.html", true},
        Row{"GET", "/banking-app/logout-page.html/x", true}, Row{"GET", "/banking-app/", true},
        Row{"GET", "/x?/banking-app/logout-page.html", true}, Row{"GET", "/logoff.html", true}}) {
    CAPTURE(row.target);
    CHECK(matched(world, row.method, row.target).needs_login() == row.needs_login);
  }
}

TEST_CASE("landing pages: no Host that a client sends makes a path public [S10]") {
  StageWorld world;
  world.config.logout.applications = {{"", "", "", "http://app.example/bye", {}},
                                      {"far", "", "", "https://far.example/orders", {}}};
  world.config.routes = {protected_route("^/", "bank")};
  // the host of the stage world is app.example
  CHECK(matched(world, "GET", "/bye").needs_login());
  CHECK(matched(world, "GET", "/orders").needs_login());
}

TEST_CASE("authenticate: what belongs to an application that was left needs a login, the rest goes on") {
  StageWorld world;
  world.config.logout.applications = {{"the bank", "", "", "", {"bank", "loans"}}, {"mail", "", "", "", {}}};
  world.config.routes = {protected_route("^/bank/", "bank"), protected_route("^/d/([^/]+)/", "$1"),
                         protected_route("^/mail/", "mail")};
  auto session = std::make_shared<session::Session>();
  session->id = session::SessionId::random();
  session->provider = "oidc";
  session->ended_applications = {"the bank", "mail"};
  struct Row {
    const char* target;
    int status;
  };
  // mail says that no destination belongs to it
  for (const Row& row : {Row{"/bank/x", 401}, Row{"/d/loans/x", 401}, Row{"/d/other/x", 0}, Row{"/mail/x", 0}}) {
    CAPTURE(row.target);
    auto& context = matched(world, "GET", row.target);
    context.user.session = session;
    CHECK(status_after(test::run_task(pipeline::authenticate(context), &world.loop)) == row.status);
  }
}

}  // namespace router::applications_test
