// Which application of the HTML5 repository a request is for, and what asking for one may cost.
#include <doctest/doctest.h>

#include "applications/application_world.h"
#include "logout/world.h"
#include "pipeline/stage_world.h"

namespace router::find_application_test {
namespace {

constexpr const char* kForm = "application/x-www-form-urlencoded";

struct World {
  test::World logouts;
  test::ApplicationWorld repository;
  test::StageWorld stages;
  session::AddressLimit look_ups{3};

  World() {
    stages.config.repository = repository.config->repository;
    stages.parts.look_ups = &look_ups;
    stages.applications = std::make_shared<applications::Catalogue>(
        repository.config, repository.repository,
        [](std::shared_ptr<const config::Configuration> own, const applications::Name&) {
          return std::make_shared<const backend::RouteSet>(std::move(own));
        },
        repository.parts);
  }
  static std::string path_of(const std::string& segment) { return "/base/" + segment + "/xs-app.json"; }
  int ask(const std::string& target, std::string_view peer = "192.0.2.7") {
    stages.peer = peer;
    auto& context = form.empty() ? stages.ask("GET", target, {{"Host", "app.example"}})
                                 : stages.ask("POST", target, {{"Host", "app.example"}, {"Content-Type", kForm}});
    if (!form.empty()) stages.exchange->set_body({form});
    if (logs_out) {
      auto& graph = const_cast<pipeline::Graph&>(*stages.graph);
      graph.logout = std::make_unique<logout::Service>(logouts.parts_with(logouts.store));
    }
    REQUIRE(test::status_after(pipeline::sanitize(context)) == 0);
    const auto verdict = test::run_task(pipeline::find_application(context), &repository.loop);
    is_application = context.application != nullptr;
    return test::status_after(verdict);
  }
  bool is_application = false;
  bool logs_out = false;
  std::string form;  // posts it
};

}  // namespace

TEST_CASE_FIXTURE(World, "find application: made-up names are look-ups of their address, applications are none [S13]") {
  for (int i = 0; i < 10; ++i) {
    const auto name = "app" + std::to_string(i);
    repository.answers[path_of(name)] = {200, "{}"};
    CHECK(ask("/" + name + "/x") == 0);
    CHECK(is_application);
  }
  for (int i = 0; i < 3; ++i) CHECK(ask("/guess" + std::to_string(i)) == 0);
  CHECK(ask("/guess3") == 429);
  CHECK(repository.asked(path_of("guess3")) == 0);
  // others ask, and what is known costs nothing, nor asking for it again
  CHECK(ask("/guess3", "198.51.100.9") == 0);
  CHECK(ask("/guess0") == 0);
  repository.clock.advance(base::minutes(6));
  CHECK(ask("/guess0") == 0);
  CHECK(ask("/app0/x") == 0);
  CHECK(is_application);
  stages.clock.advance(base::minutes(1));
  CHECK(ask("/guess4") == 0);
}

TEST_CASE_FIXTURE(World, "find application: a logout waits for no repository, nor for room to ask it [issue 15]") {
  logouts.config.logout.applications = {{"", "/api/bye", "logout", "", {}}};
  logouts.service();
  for (const char* name : {"api", "my"}) repository.answers[path_of(name)] = {.status = 500};
  CHECK(ask("/api/x?logout") == 502);
  logs_out = true;
  CHECK(ask("/api/x?logout") == 0);
  CHECK(ask("/my/x") == 502);
  CHECK(ask("/my/x") == 429);
  CHECK(ask("/api/x?logout") == 0);
  CHECK(!is_application);
}

TEST_CASE_FIXTURE(World, "find application: a form that is no logout has no more look-ups than a page has [issue 15]") {
  logouts.config.logout.applications = {{"", "/api/bye", "logout", "", {}}};
  logouts.config.logout.inspect_body = true;
  logouts.service();
  logs_out = true;
  for (int i = 0; i < 3; ++i) CHECK(ask("/guess" + std::to_string(i)) == 0);
  form = "a=b";
  CHECK(ask("/guess3") == 0);
  stages.exchange->use_loop(logouts.loop);
  const auto verdict = test::run_task(pipeline::logout(*stages.context), &logouts.loop);
  REQUIRE(test::status_after(verdict) == 429);
  CHECK(std::get<http::Response>(*verdict).headers.contains("Retry-After"));
  CHECK(repository.asked(path_of("guess3")) == 0);
}

TEST_CASE_FIXTURE(World, "find application: what is no logout is foreseen to end as it does [issue 15]") {
  logs_out = true;
  logouts.service();
  repository.answers[path_of("api")] = {200, "{}"};
  CHECK(ask("/api/x") == 0);
  pipeline::Told told;
  CHECK_FALSE(pipeline::explain_logout(*stages.context, told));
  stages.context->application_fault = base::Error{base::ErrorCode::protocol, base::Side::back_end, "no descriptor"};
  const auto foreseen = pipeline::explain_logout(*stages.context, told);
  REQUIRE(foreseen);
  CHECK(foreseen->status == 502);
}

}  // namespace router::find_application_test
