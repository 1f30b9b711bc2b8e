#include "logout/execute.h"

#include <doctest/doctest.h>

#include <utility>

#include "logout/world.h"
#include "session/told_store.h"

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

TEST_CASE("execute: an application's calls are recorded before it is left, and taken back if it is not [issue 12]") {
  for (const bool ends_meanwhile : {false, true}) {
    CAPTURE(ends_meanwhile);
    World world;
    world.config.destinations["bank"] = test::make_destination("bank");
    world.service();
    const auto session = world.log_in();
    const auto recorded = [&] { return test::run_task(world.outbox.list({}, {}))->size(); };
    test::ToldStore store(world.store);
    std::size_t before_it_is_left = 0;
    store.on_replace = [&] {
      before_it_is_left = recorded();
      if (ends_meanwhile) REQUIRE(test::run_task(world.store.end(session->id)));
    };
    logout::Executor executor(world.parts_with(store));
    const auto trigger = leave("bank", session);
    const auto execution = test::run_task(executor.run(trigger, std::nullopt), &world.loop);
    world.loop.run_ready();
    CHECK(before_it_is_left == 1);
    CHECK(world.client.count("bank.example") == (ends_meanwhile ? 0 : 1));
    CHECK(execution.logout_id.empty() == ends_meanwhile);
    CHECK(recorded() == 0);
  }
}

TEST_CASE("execute: a session named twice, and one that is over, are ended once") {
  World world;
  world.config.destinations["bank"] = test::make_destination("bank");
  const auto session = world.log_in();
  auto executor = make_executor(world);
  logout::Trigger trigger;
  trigger.selection.sessions = {session, session, nullptr};
  trigger.selection.filters = {{.subject = "ada"}};
  test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  world.loop.run_ready();
  CHECK(world.client.count("bank.example") == 1);
}

TEST_CASE("execute: a login in flight does not survive the logout of its provider session") {
  World world;
  auto executor = make_executor(world);
  logout::Trigger trigger;
  trigger.selection.ended_at_provider = {{"https://idp.example", "sid-ada", {}, world.clock.wall()}};
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
  parts.find_destination = [&](const std::string& name, const std::string&) { return name == "erp" ? known : nullptr; };
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

TEST_CASE("execute: the store is told of each session whose calls are recorded, not of one that left an application") {
  World world;
  world.config.destinations["bank"] = test::make_destination("bank");
  world.service();
  test::ToldStore store(world.store);
  logout::Executor executor(world.parts_with(store));
  const auto ada = world.log_in();
  const auto bob = world.log_in("bob");
  const auto timed_out = world.log_in("carol");
  test::run_task(executor.run(leave("bank", ada), std::nullopt), &world.loop);
  CHECK(store.told_ids.empty());

  logout::Trigger trigger;
  trigger.selection.sessions = {ada, bob, ada};
  test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  CHECK(store.told_ids == std::vector<session::SessionId>{ada->id, bob->id});

  REQUIRE(*test::run_task(world.store.end(timed_out->id)));
  logout::Trigger time_out;
  time_out.selection.sessions = {timed_out};
  time_out.selection.ended_already = true;
  time_out.form = logout::ReplyForm::none;
  test::run_task(executor.run(time_out, std::nullopt), &world.loop);
  CHECK(store.told_ids.back() == timed_out->id);
}

TEST_CASE("execute: a call that was recorded goes where the configuration says now, or nowhere") {
  World world;
  world.config.destinations["bank"] = test::make_destination("bank");
  world.config.destinations["plain"] = test::make_destination("plain", "");
  world.config.looked_up_logouts["erp"] = {"/sign-out", config::LogoutCallMethod::put};
  world.config.looked_up_logouts["late"] = {"/sign-out", config::LogoutCallMethod::post};
  const auto known = std::make_shared<const config::Destination>(test::make_destination("erp", ""));
  world.service();
  auto parts = world.parts_with(world.store);
  parts.find_destination = [&](const std::string& name, const std::string&) { return name == "erp" ? known : nullptr; };
  const logout::Executor executor(std::move(parts));
  CHECK((*executor.find_target("destination:bank", ""))->url.to_string() == "http://bank.example/logout");
  CHECK((*executor.find_target("destination:erp", ""))->method == "PUT");
  CHECK(executor.find_target("destination:late", "").error().code == base::ErrorCode::unavailable);
  for (const char* gone : {"destination:sold", "destination:plain", "service:bank", "bank", ""})
    CHECK(executor.find_target(gone, "").error().code == base::ErrorCode::not_found);
}

TEST_CASE("execute: a destination that is not known yet is recorded, and called once it is [issue 15]") {
  for (const bool of_application : {false, true}) {
    CAPTURE(of_application);
    World world;
    std::shared_ptr<const config::Destination> known;
    world.make_parts = [&](logout::Parts& parts) {
      parts.find_destination = [&](const std::string&, const std::string&) { return known; };
    };
    auto made = world.make_session();
    made.backend_cookies = {{"erp", "E", base::Secret(std::string("1")), "/", false}};
    if (of_application) {
      made.application_logouts = {{"app1", "erp", "/sign-out", "PUT", false, true}};
    } else {
      world.config.looked_up_logouts["erp"] = {"/sign-out", config::LogoutCallMethod::put};
    }
    world.service();
    const auto session = world.log_in(std::move(made));
    auto parts = world.parts_with(world.store);
    world.make_parts(parts);
    logout::Executor executor(std::move(parts));
    logout::Trigger trigger;
    trigger.selection.sessions = {session};
    const logout::ForwardedRequest request{"app.example", "https", "203.0.113.7", "/my/logout"};
    const auto execution = test::run_task(executor.run(trigger, request), &world.loop);
    world.loop.run_ready();

    const auto recorded = test::run_task(world.outbox.list({}, {}));
    REQUIRE(recorded);
    CHECK(recorded->size() == 1);
    const auto receipt = world.receipts.find(execution.logout_id);
    REQUIRE(receipt);
    REQUIRE(receipt->calls.size() == 1);
    CHECK(receipt->calls[0].target->back_end == "erp");
    CHECK(receipt->calls[0].outcome == logout::Outcome::pending);
    CHECK(receipt->calls[0].uses_token);
    CHECK(world.client.requests.empty());

    auto erp = test::make_destination("erp", "");
    erp.set_x_forwarded_headers = false;
    erp.forward_auth_token = true;
    known = std::make_shared<const config::Destination>(std::move(erp));
    world.loop.advance(base::seconds(1));
    REQUIRE(world.client.requests.size() == 1);
    CHECK(world.client.requests[0].method == "PUT");
    CHECK(world.client.requests[0].url.to_string() == "http://erp.example/sign-out");
    CHECK(world.client.header("erp.example", "cookie") == "E=1");
    CHECK(world.client.header("erp.example", "authorization") == "Bearer access-ada");
    CHECK(world.client.header("erp.example", "x-forwarded-host").empty());
    CHECK(receipt->calls[0].outcome == logout::Outcome::confirmed);
    CHECK(test::run_task(world.outbox.list({}, {}))->empty());
  }
}

TEST_CASE("execute: sessions that others have just ended do not keep the rest alive [issue 16]") {
  World world;
  world.service();
  for (int i = 0; i < 250; ++i) world.log_in("ada");
  test::ToldStore store(world.store);
  bool is_first = true;
  store.on_selected = [&](const std::vector<session::Listed>& selected) {
    if (!std::exchange(is_first, false)) return;
    for (const auto& one : selected) REQUIRE(test::run_task(world.store.end(one.session->id)));
  };
  logout::Executor executor(world.parts_with(store));
  logout::Trigger trigger;
  trigger.selection.filters = {{.subject = "ada"}};
  std::optional<logout::Execution> execution;
  base::start_detached(test::detail::store_result(executor.run(trigger, std::nullopt), execution));
  for (int i = 0; i < 100 && !execution; ++i) world.loop.advance(std::chrono::milliseconds(10));
  REQUIRE(execution);
  CHECK(execution->ended == 150);
  CHECK(test::counts_of(world.store).live == 0);
}

TEST_CASE("execute: back-ends hear at a pace of what many leave at a time, and at once of what one does [issue 16]") {
  for (const bool is_paced : {false, true}) {
    CAPTURE(is_paced);
    World world;
    world.options.paced_per_second = 10;
    world.config.destinations["bank"] = test::make_destination("bank");
    auto executor = make_executor(world);
    auto trigger = leave("bank", world.log_in());
    for (int i = 0; i < 3; ++i) trigger.selection.sessions.push_back(world.log_in());
    trigger.selection.is_paced = is_paced;
    test::run_task(executor.run(trigger, std::nullopt), &world.loop);
    world.loop.run_ready();
    CHECK((world.client.count("bank.example") == 4) != is_paced);
    world.loop.advance(std::chrono::seconds(1));
    CHECK(world.client.count("bank.example") == 4);
  }
}

TEST_CASE(
    "execute: where the provider has no part, receipts are over with their calls, not with the whole run [issue 16]") {
  struct Row {
    logout::ReplyForm form;
    logout::ProviderStep step;
    bool stay_open;
  };
  using logout::ProviderStep;
  using logout::ReplyForm;
  const Row rows[] = {{ReplyForm::none, ProviderStep::revoke_tokens, false},
                      {ReplyForm::given, ProviderStep::revoke_tokens, false},
                      {ReplyForm::given, ProviderStep::none, false},
                      {ReplyForm::given, ProviderStep::sign_out, true},
                      {ReplyForm::redirect, ProviderStep::revoke_tokens, true}};
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.form));
    CAPTURE(static_cast<int>(row.step));
    World world;
    auto executor = make_executor(world);
    logout::Trigger trigger;
    trigger.form = row.form;
    trigger.provider_step = row.step;
    trigger.selection.sessions = {world.log_in("ada"), world.log_in("bob")};
    const auto execution = test::run_task(executor.run(trigger, std::nullopt), &world.loop);
    CHECK(execution.receipts.size() == (row.stay_open ? 2 : 0));
    REQUIRE(world.receipts.find(execution.logout_id));
    CHECK(world.receipts.find(execution.logout_id)->complete() != row.stay_open);
  }
}

TEST_CASE("execute: who leaves every application leaves back-ends that no descriptor names, too [issue 16]") {
  World world;
  world.config.destinations["bank"] = test::make_destination("bank");
  auto made = world.make_session();
  made.backend_cookies = {{"bank", "B", base::Secret(std::string("1")), "/", false},
                          {"looked up", "L", base::Secret(std::string("2")), "/", false}};
  made.application_logouts = {{"app", "bank", "/app-logout", "POST"}};
  const auto session = world.log_in(std::move(made));
  bool is_closed = false;
  const auto socket = world.live.add(
      session->id, world.loop, [&] { is_closed = true; }, "looked up");
  auto executor = make_executor(world);
  auto trigger = leave(std::string(config::kEveryApplication), session);
  test::run_task(executor.run(trigger, std::nullopt), &world.loop);
  world.loop.run_ready();
  CHECK(is_closed);
  CHECK(world.find(session->id)->backend_cookies.empty());
  CHECK(world.client.count("bank.example") == 2);
}

TEST_CASE("execute: where a login on its way could not be kept out, whoever proved its end says so again [issue 16]") {
  for (const bool is_signed : {true, false}) {
    CAPTURE(is_signed);
    World world;
    world.service();
    test::ToldStore store(world.store);
    store.remembers = false;
    const auto session = world.log_in();
    logout::Executor executor(world.parts_with(store));
    logout::Trigger trigger;
    trigger.selection.sessions = {session};
    trigger.selection.ended_at_provider = {{session->issuer, "", session->subject, world.clock.wall(), is_signed}};
    const auto execution = test::run_task(executor.run(trigger, std::nullopt), &world.loop);
    CHECK(world.find(session->id) == nullptr);
    CHECK(execution.failure.has_value() == is_signed);
  }
}

}  // namespace router::execute_test
