#include "login/service_tokens.h"

#include <doctest/doctest.h>

#include "session/memory_store.h"
#include "support/fake_loop.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::service_tokens_test {

using login::ServiceOf;
using login::ServiceTokens;

namespace {

struct World {
  test::FakeClock clock;
  session::MemoryStore store{clock};
  std::optional<base::Error> error;
  std::optional<base::seconds> lifetime = base::minutes(10);
  base::Event* gate = nullptr;
  std::vector<std::string> asked;  // "service user-token tenant"
  std::shared_ptr<ServiceTokens> tokens =
      std::make_shared<ServiceTokens>(store, clock, [this](ServiceOf service, base::Secret user, std::string tenant) {
        return answer(*this, std::move(service), std::move(user), std::move(tenant));
      });

  static base::Task<base::Result<identity::TokenAnswer>> answer(World& world, ServiceOf service, base::Secret user,
                                                                std::string tenant) {
    world.asked.push_back(service->service + " " + std::string(user.reveal()) + " " + tenant);
    const auto number = std::to_string(world.asked.size());
    if (world.gate != nullptr) co_await world.gate->wait();
    if (world.error) co_return *world.error;
    identity::TokenAnswer tokens;
    tokens.access_token = base::Secret("token-" + number);
    tokens.expires_in = world.lifetime;
    co_return tokens;
  }

  static ServiceOf service(std::string name) {
    config::ServiceClient client;
    client.service = std::move(name);
    return std::make_shared<const config::ServiceClient>(std::move(client));
  }
  session::Snapshot log_in() {
    auto session = test::make_session();
    session.tokens.access_token = base::Secret("user-token");
    REQUIRE(test::run_task(store.create(session)));
    return std::make_shared<const session::Session>(std::move(session));
  }
  static session::Snapshot caller(const std::string& token) {
    session::Session user;
    user.tokens.access_token = base::Secret(token);
    return std::make_shared<const session::Session>(std::move(user));
  }
  session::Snapshot now(const session::Snapshot& session) {
    return test::run_task(store.find(session->id))->value_or(nullptr);
  }
  std::string get(const session::Snapshot& user, ServiceOf of, std::string tenant = "") {
    auto result = test::run_task(tokens->get(std::move(of), user, std::move(tenant)));
    return result ? std::string(result->reveal()) : base::describe(result.error());
  }
};

}  // namespace

TEST_CASE_FIXTURE(World, "service tokens: a user's is asked for once, with the user's own, and kept in the session") {
  const auto session = log_in();
  CHECK(get(session, service("mail")) == "token-1");
  CHECK(asked == std::vector<std::string>{"mail user-token "});
  const auto found = ServiceTokens::find(*now(session), "mail", clock.wall());
  REQUIRE(found);
  CHECK(found->reveal() == "token-1");
  // who looked at an older state gets the same
  CHECK(get(session, service("mail")) == "token-1");
  CHECK(get(session, service("files")) == "token-2");
  CHECK(now(session)->service_tokens.size() == 2);
  CHECK(tokens->kept() == 0);
}

TEST_CASE_FIXTURE(World, "service tokens: a minute before it expires, or at half its life, a new one is fetched") {
  const auto session = log_in();
  get(session, service("mail"));
  clock.advance(base::seconds(9 * 60 - 1));
  CHECK(get(session, service("mail")) == "token-1");
  clock.advance(base::seconds(1));
  CHECK(get(session, service("mail")) == "token-2");
  CHECK(now(session)->service_tokens.size() == 1);
  lifetime = base::seconds(20);
  clock.advance(base::minutes(9));
  get(session, service("mail"));
  clock.advance(base::seconds(10));
  CHECK(get(session, service("mail")) == "token-4");
}

TEST_CASE_FIXTURE(World, "service tokens: many at once wait for one request") {
  const auto session = log_in();
  base::Event open;
  gate = &open;
  int done = 0;
  const auto ask = [](World& world, session::Snapshot user, int& count) -> base::Task<void> {
    auto getting = world.tokens->get(World::service("mail"), std::move(user), {});
    const auto token = co_await getting;
    if (token && token->reveal() == "token-1") ++count;
  };
  for (int i = 0; i < 50; ++i) base::start_detached(ask(*this, session, done));
  CHECK(done == 0);
  open.set();
  CHECK(done == 50);
  CHECK(asked.size() == 1);
}

TEST_CASE_FIXTURE(World, "service tokens: a session that ended meanwhile is not brought back") {
  const auto session = log_in();
  base::Event open;
  gate = &open;
  std::string got;
  const auto ask = [](World& world, session::Snapshot user, std::string& into) -> base::Task<void> {
    auto getting = world.tokens->get(World::service("mail"), std::move(user), {});
    const auto token = co_await getting;
    if (token) into = token->reveal();
  };
  base::start_detached(ask(*this, session, got));
  REQUIRE(test::run_task(store.end(session->id)));
  open.set();
  CHECK(got == "token-1");
  CHECK_FALSE(now(session));
  CHECK(tokens->kept() == 0);
}

TEST_CASE_FIXTURE(World, "service tokens: one that the service has refused is used no more, others are [issue 15]") {
  const auto session = log_in();
  CHECK(get(session, service("mail")) == "token-1");
  CHECK(get(session, service("bank")) == "token-2");
  // one that is new is not refused for its age
  clock.advance(base::seconds(9));
  test::run_task(tokens->drop_from_session(session, base::Secret("token-1")));
  CHECK(get(now(session), service("mail")) == "token-1");
  clock.advance(base::seconds(1));
  test::run_task(tokens->drop_from_session(session, base::Secret("token-1")));
  // a newer one stays
  test::run_task(tokens->drop_from_session(session, base::Secret("token-1")));
  CHECK(get(now(session), service("mail")) == "token-3");
  CHECK(get(now(session), service("bank")) == "token-2");

  CHECK(get(caller("a"), service("mail")) == "token-4");
  CHECK(get(caller("b"), service("mail")) == "token-5");
  tokens->drop_of_caller(base::Secret("token-4"));
  CHECK(get(caller("a"), service("mail")) == "token-4");
  clock.advance(base::seconds(10));
  tokens->drop_of_caller(base::Secret("token-4"));
  CHECK(get(caller("b"), service("mail")) == "token-5");
  CHECK(get(caller("a"), service("mail")) == "token-6");
}

TEST_CASE_FIXTURE(World, "service tokens: callers have theirs by their token; what is kept is bounded") {
  CHECK(get(caller("a"), service("mail")) == "token-1");
  CHECK(get(caller("a"), service("mail")) == "token-1");
  CHECK(get(caller("b"), service("mail")) == "token-2");
  for (std::size_t i = 0; i < ServiceTokens::kMostKept + 10; ++i) get(caller("c" + std::to_string(i)), service("mail"));
  CHECK(tokens->kept() == ServiceTokens::kMostKept);
  clock.advance(base::minutes(10));
  get(caller("d"), service("mail"));
  CHECK(tokens->kept() == 1);
}

TEST_CASE_FIXTURE(World, "service tokens: one whose life nobody says is used once") {
  lifetime.reset();
  CHECK(get(caller("a"), service("mail")) == "token-1");
  CHECK(get(caller("a"), service("mail")) == "token-2");
  CHECK(tokens->kept() == 0);
}

TEST_CASE_FIXTURE(World, "service tokens: a user who is refused is forbidden; a server that is away says so") {
  const auto session = log_in();
  error = base::Error{base::ErrorCode::unauthenticated, base::Side::identity_provider, "invalid_grant"};
  CHECK(get(session, service("mail")) == "forbidden (identity_provider): no token for the service mail");
  error = base::Error{base::ErrorCode::timeout, base::Side::identity_provider, "token endpoint"};
  CHECK(get(session, service("mail")).starts_with("timeout"));
  error.reset();
  CHECK(get(session, service("mail")) == "token-3");
}

}  // namespace router::service_tokens_test
