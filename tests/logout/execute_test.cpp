#include "logout/execute.h"

#include <doctest/doctest.h>

#include "logout/world.h"

namespace router::execute_test {

using test::World;

namespace {

logout::Executor make_executor(World& world) {
  world.service();
  return logout::Executor(world.parts_with(world.store));
}

logout::Trigger leave(const std::string& application, const session::Snapshot& session) {
  logout::Trigger trigger;
  trigger.cause = logout::Cause::agent_url;
  trigger.extent = logout::ApplicationPart{application, {application}};
  trigger.selection.sessions = {session};
  return trigger;
}

}  // namespace

TEST_CASE("execute: leaving one application ends its part and nothing else") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.revoke_tokens = true;
  for (const auto* name : {"bank", "mail"}) world.config.destinations[name] = test::make_destination(name);
  auto made = world.make_session();
  made.backend_cookies = {{"bank", "B", base::Secret(std::string("1")), "/", false},
                          {"mail", "M", base::Secret(std::string("2")), "/", false}};
  const auto session = world.log_in(std::move(made));
  auto executor = make_executor(world);
  const auto trigger = leave("bank", session);
  const auto execution = test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  world.loop.run_ready();

  const auto after = world.find(session->id);
  REQUIRE(after);
  CHECK(after->ended_applications == std::vector<std::string>{"bank"});
  REQUIRE(after->backend_cookies.size() == 1);
  CHECK(after->backend_cookies[0].destination == "mail");
  CHECK(world.client.header("bank.example", "cookie") == "B=1");
  CHECK(world.client.count("mail.example") == 0);
  CHECK(world.provider->revoked.empty());
  CHECK(world.receipts.find(execution.logout_id)->application == "bank");
}

TEST_CASE("execute: leaving an application twice calls its back-end once") {
  World world;
  world.config.destinations["bank"] = test::make_destination("bank");
  const auto session = world.log_in();
  auto executor = make_executor(world);
  const auto trigger = leave("bank", session);
  test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  const auto second = test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  world.loop.run_ready();
  CHECK(second.logout_id.empty());
  CHECK(world.client.count("bank.example") == 1);
}

TEST_CASE("execute: a session named twice, and one that is over, are ended once") {
  World world;
  world.config.destinations["bank"] = test::make_destination("bank");
  const auto session = world.log_in();
  auto executor = make_executor(world);
  logout::Trigger trigger;
  trigger.selection.sessions = {session, session, nullptr};
  trigger.selection.filter = session::SessionFilter{};
  trigger.selection.filter->subject = "ada";
  test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  world.loop.run_ready();
  CHECK(world.client.count("bank.example") == 1);
}

TEST_CASE("execute: a login in flight does not survive the logout of its provider session") {
  World world;
  auto executor = make_executor(world);
  logout::Trigger trigger;
  trigger.selection.ended_at_provider = session::EndedAtProvider{"https://idp.example", "sid-ada", {}, world.clock.wall()};
  test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  const auto created = test::run_task(world.store.create(world.make_session("ada")));
  REQUIRE(!created);
  CHECK(created.error().code == base::ErrorCode::conflict);
}

TEST_CASE("execute: destinations of the destination service are called as it knows them") {
  World world;
  world.config.looked_up_logouts["erp"] = {"/sign-out", config::LogoutCallMethod::put};
  world.config.looked_up_logouts["gone"] = {"/sign-out", config::LogoutCallMethod::post};
  auto erp = test::make_destination("erp", "");
  erp.authorization = base::Secret("Basic dGVjaDpwdw==");
  erp.forward_auth_token = true;
  const auto known = std::make_shared<const config::Destination>(erp);
  world.service();
  auto parts = world.parts_with(world.store);
  parts.find_destination = [&](const std::string& name) { return name == "erp" ? known : nullptr; };
  logout::Executor executor(std::move(parts));
  logout::Trigger trigger;
  trigger.selection.sessions = {world.log_in()};
  test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  world.loop.run_ready();
  REQUIRE(world.client.requests.size() == 1);
  const auto& call = world.client.requests[0];
  CHECK(call.method == "PUT");
  CHECK(call.url.to_string() == "http://erp.example/sign-out");
  std::vector<std::string> authorizations;
  for (const auto& [name, value] : call.headers) {
    if (name == "Authorization") authorizations.push_back(value);
  }
  CHECK(authorizations == std::vector<std::string>{"Basic dGVjaDpwdw=="});
}

}  // namespace router::execute_test
