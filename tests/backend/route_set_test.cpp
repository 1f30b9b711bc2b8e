#include "backend/route_set.h"

#include <doctest/doctest.h>

#include "backend/prepared_call.h"
#include "support/fake_exchange.h"
#include "support/routes.h"
#include "support/run_task.h"
#include "support/unused_pool.h"

namespace router::route_set_test {
namespace {

using backend::BackEnds;
using backend::Match;
using backend::RouteSet;
using test::make_route;
using test::make_target;

// Answers with its name; counts those that are alive.
class NamedBackend final : public backend::Backend {
 public:
  NamedBackend(std::string name, int& alive) : name_(std::move(name)), alive_(alive) { ++alive_; }
  ~NamedBackend() override { --alive_; }
  NamedBackend(const NamedBackend&) = delete;
  NamedBackend& operator=(const NamedBackend&) = delete;

  base::Task<base::Result<void>> serve(backend::Call& call) override {
    auto responding = call.exchange.respond(http::text_response(200, name_ + " " + call.route().source));
    auto sent = co_await responding;
    co_return sent;
  }

 private:
  std::string name_;
  int& alive_;
};

config::Route route_to(std::string source, config::LeadsTo leads_to) {
  auto route = make_route(std::move(source));
  route.leads_to = std::move(leads_to);
  return route;
}

std::shared_ptr<config::Configuration> configuration_with(std::vector<config::Route> routes) {
  auto config = std::make_shared<config::Configuration>();
  config->routes = std::move(routes);
  return config;
}

std::shared_ptr<BackEnds> back_ends_of(std::shared_ptr<const config::Configuration> config, int& alive) {
  auto back_ends = std::make_shared<BackEnds>();
  back_ends->config = std::move(config);
  back_ends->destinations["erp"] = std::make_unique<NamedBackend>("erp", alive);
  back_ends->services["biz/odata"] = std::make_unique<NamedBackend>("biz/odata", alive);
  return back_ends;
}

// A folder, as app/wiring makes one.
RouteSet::MakeOwn folders(int& alive) {
  return [&alive](const config::Route& route) -> std::unique_ptr<backend::Backend> {
    if (route.folder() == nullptr) return nullptr;
    return std::make_unique<NamedBackend>("folder " + route.folder()->path, alive);
  };
}

Match found(const std::shared_ptr<const RouteSet>& set, std::string_view path) {
  auto match = backend::find_route(set, "GET", make_target(path));
  REQUIRE(match.has_value());
  return *std::move(match);
}

// What the route's back-end answers.
std::string answer_of(const Match& match, std::string_view path) {
  REQUIRE(match.found());
  auto* const* fixed = std::get_if<backend::Backend*>(&match.lead());
  if (fixed == nullptr) return std::holds_alternative<backend::ByName>(match.lead()) ? "by name" : "not bound";
  test::FakeExchange exchange("GET", path);
  test::UnusedPool pool;
  const config::Configuration any;
  test::PreparedCall prepared(exchange, *match.route, any, pool);
  REQUIRE(test::run_task((*fixed)->serve(prepared.call), &exchange.own_loop()).has_value());
  return exchange.body();
}

}  // namespace

TEST_CASE("route set: a route leads to a back-end, by a name, or to a service that is not bound [H8]") {
  int alive = 0;
  auto config = configuration_with(
      {route_to("^/erp", config::ToDestination{"erp"}), route_to("^/looked-up", config::ToDestination{"elsewhere"}),
       route_to("^/to/(.*)$", config::ToDestination{"$1"}), route_to("^/host", config::ToDestination{"*"}),
       route_to("^/biz", config::ToService{"biz", "odata"}), route_to("^/other", config::ToService{"biz", "v2"}),
       route_to("^/none", config::ToService{"none"}), route_to("^/ui", config::ToFolder{"/srv/ui"})});
  config->plugins = {route_to("^/plugin", config::ToDestination{"erp"})};
  const auto set = std::make_shared<const RouteSet>(config, back_ends_of(config, alive), folders(alive));
  struct Row {
    const char* path;
    const char* answer;
  };
  for (const auto& [path, answer] :
       {Row{"/erp", "erp ^/erp"}, Row{"/looked-up", "by name"}, Row{"/to/erp", "by name"}, Row{"/host", "by name"},
        Row{"/biz", "biz/odata ^/biz"}, Row{"/other", "not bound"}, Row{"/none", "not bound"},
        Row{"/ui", "folder /srv/ui ^/ui"}, Row{"/plugin", "erp ^/plugin"}}) {
    CAPTURE(path);
    CHECK(answer_of(found(set, path), path) == answer);
  }
}

TEST_CASE("route set: the router's own service is bound without a binding [H8]") {
  const auto set = std::make_shared<const RouteSet>(
      configuration_with({route_to("^/user", config::ToService{config::kUserApiService})}));
  CHECK(std::holds_alternative<backend::Backend*>(found(set, "/user").lead()));
}

TEST_CASE("route set: no destination is named as a service is [H8]") {
  int alive = 0;
  auto config = configuration_with(
      {route_to("^/a", config::ToDestination{"biz/odata"}), route_to("^/b", config::ToService{"erp"})});
  const auto set = std::make_shared<const RouteSet>(config, back_ends_of(config, alive));
  CHECK(std::holds_alternative<backend::ByName>(found(set, "/a").lead()));
  CHECK(std::holds_alternative<backend::NotBound>(found(set, "/b").lead()));
}

TEST_CASE("route set: the name of a destination comes of path and host [H8]") {
  auto config = configuration_with({route_to("^/to/([a-z]+)$", config::ToDestination{"$1"}),
                                    route_to("^/host", config::ToDestination{"*"}),
                                    route_to("^/ui", config::ToFolder{"/srv/ui"})});
  config->environment.destination_host_pattern = "^([a-z]+)\\.example";
  const auto set = std::make_shared<const RouteSet>(config);
  const auto name_at = [&](std::string_view path) {
    const auto name = found(set, path).destination_name(make_target(path), "hr.example");
    REQUIRE(name.has_value());
    return name->value_or("-");
  };
  CHECK(name_at("/to/erp") == "erp");
  CHECK(name_at("/host") == "hr");
  CHECK(name_at("/ui") == "-");
}

TEST_CASE("route set: a match outlives the set, its configuration and its back-ends' owner [H8]") {
  int alive = 0;
  std::optional<Match> match;
  std::weak_ptr<const config::Configuration> kept;
  for (const char* path : {"/erp/a", "/ui/a"}) {
    CAPTURE(path);
    {
      // An application, which is dropped while its request is on its way.
      auto config = configuration_with(
          {route_to("^/erp/(.*)$", config::ToDestination{"erp"}), route_to("^/ui/(.*)$", config::ToFolder{"/srv/ui"})});
      kept = config;
      const auto set = std::make_shared<const RouteSet>(config, back_ends_of(config, alive), folders(alive));
      match = found(set, path);
    }
    CHECK(alive == 3);
    CHECK(answer_of(*match, path).ends_with(match->route->source));
    CHECK_FALSE(kept.expired());
    match.reset();
    CHECK(alive == 0);
    CHECK(kept.expired());
  }
}

TEST_CASE("route set: a reload is for the requests that come after it [H8]") {
  int of_old = 0;
  int of_new = 0;
  auto before = configuration_with({route_to("^/a", config::ToDestination{"erp"})});
  auto in_force = std::make_shared<const RouteSet>(before, back_ends_of(before, of_old));
  before.reset();
  auto old_match = std::make_optional(found(in_force, "/a/1"));
  const auto copied = *old_match;

  auto after = configuration_with({route_to("^/b", config::ToDestination{"erp"})});
  in_force = std::make_shared<const RouteSet>(after, back_ends_of(after, of_new));
  CHECK(answer_of(*old_match, "/a/1") == "erp ^/a");
  CHECK_FALSE(found(in_force, "/a/1").found());
  CHECK(answer_of(found(in_force, "/b/1"), "/b/1") == "erp ^/b");

  old_match.reset();
  CHECK(of_old == 2);  // the copy holds it, too
  CHECK(answer_of(copied, "/a/1") == "erp ^/a");
}

TEST_CASE("route set: applications share back-ends, which stay as long as one of their matches [H8]") {
  int alive = 0;
  auto central = configuration_with({route_to("^/central", config::ToDestination{"erp"})});
  auto shared = back_ends_of(central, alive);
  auto of_descriptor = std::make_shared<const RouteSet>(central, shared);
  auto of_application =
      std::make_shared<const RouteSet>(configuration_with({route_to("^/api", config::ToDestination{"erp"})}), shared);
  std::weak_ptr<const config::Configuration> kept = central;
  central.reset();
  shared.reset();
  auto match = std::make_optional(found(of_application, "/api/x"));
  of_descriptor.reset();
  of_application.reset();
  CHECK_FALSE(kept.expired());  // the destinations are its
  CHECK(answer_of(*match, "/api/x") == "erp ^/api");
  match.reset();
  CHECK(alive == 0);
  CHECK(kept.expired());
}

TEST_CASE("route set: what matches nothing holds nothing [H8]") {
  auto config = configuration_with({route_to("^/a$", config::ToDestination{"erp"})});
  config->routes[0].http_methods = {"POST"};
  auto set = std::make_shared<const RouteSet>(std::move(config));
  const auto no_route = found(set, "/b");
  const auto no_method = found(set, "/a");
  CHECK_FALSE(no_route.set);
  CHECK_FALSE(no_method.set);
  const std::weak_ptr<const RouteSet> left = set;
  set.reset();
  CHECK(left.expired());
  CHECK(no_method.allow == std::vector<std::string>{"POST"});
}

}  // namespace router::route_set_test
