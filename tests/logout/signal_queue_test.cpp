#include "logout/signal_queue.h"

#include <doctest/doctest.h>

#include <optional>

#include "session/memory_store.h"
#include "support/run_task.h"

namespace router::signal_queue_test {

namespace {

base::Task<void> offer_to(logout::SignalQueue* queue, std::string jti,
                          std::optional<logout::SignalQueue::Answer>* taken) {
  auto offering = queue->offer("desk", std::move(jti), "token", base::minutes(10));
  const auto accepted = co_await offering;
  if (accepted) *taken = *accepted;
}

base::Task<void> offer_with_outcome(logout::SignalQueue* queue,
                                    std::optional<base::Result<logout::SignalQueue::Answer>>* outcome) {
  auto offering = queue->offer("desk", "jti", "token", base::minutes(10));
  *outcome = co_await offering;
}

}  // namespace

TEST_CASE("subscribers: a token that is offered twice at a time has one outcome, and nobody's refusal [issue 16]") {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  session::MemoryStore store(clock);
  logout::SignalQueue queue(loop, store.shared());
  std::optional<base::Result<logout::SignalQueue::Answer>> outcomes[2];
  const auto offer_both = [&] {
    for (auto& outcome : outcomes) {
      outcome.reset();
      base::start_detached(offer_with_outcome(&queue, &outcome));
    }
  };
  const auto poll = [&](logout::SignalQueue::Poll asked) {
    asked.most = 10;
    asked.waits = false;
    const auto polled = test::run_task(queue.poll("desk", std::move(asked)), &loop);
    REQUIRE(polled);
    return polled->sets.size();
  };
  offer_both();
  CHECK(poll({}) == 1);
  CHECK_FALSE(outcomes[0]);
  CHECK(poll({{{"jti", {true}}}}) == 0);
  for (const auto& outcome : outcomes) {
    REQUIRE(outcome);
    REQUIRE(*outcome);
    CHECK((*outcome)->is_accepted);
  }
  offer_both();
  loop.advance(base::minutes(10));
  for (const auto& outcome : outcomes) {
    REQUIRE(outcome);
    REQUIRE_FALSE(*outcome);
    CHECK(outcome->error().code == base::ErrorCode::refused);
  }
  CHECK(poll({}) == 0);
}

TEST_CASE("subscribers: what is acknowledged at another replica is over where it was offered [issue 16]") {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  session::MemoryStore store(clock);
  logout::SignalQueue here(loop, store.shared());
  logout::SignalQueue there(loop, store.shared());
  std::optional<logout::SignalQueue::Answer> taken[3];
  for (int i = 0; i < 3; ++i) base::start_detached(offer_to(&here, "jti-" + std::to_string(i), &taken[i]));
  const auto poll = [&](logout::SignalQueue& queue, const std::string& audience, logout::SignalQueue::Poll asked) {
    asked.most = 10;
    asked.waits = false;
    const auto polled = test::run_task(queue.poll(audience, std::move(asked)), &loop);
    REQUIRE(polled);
    return polled->sets.size();
  };
  CHECK(poll(here, "desk", {}) == 3);
  CHECK(poll(there, "desk", {{{"jti-0", {true}}, {"jti-1", {false, "no"}}}}) == 0);
  CHECK(poll(there, "another", {{{"jti-2", {true}}, {std::string(5000, 'x'), {true}}}}) == 0);
  loop.advance(base::seconds(6));
  REQUIRE(taken[0]);
  CHECK(taken[0]->is_accepted);
  REQUIRE(taken[1]);
  CHECK_FALSE(taken[1]->is_accepted);
  CHECK(taken[1]->why_not == "no");
  CHECK_FALSE(taken[2]);
  CHECK(poll(here, "desk", {}) == 1);
  loop.advance(base::minutes(10));
  CHECK(poll(here, "desk", {}) == 0);
}

}  // namespace router::signal_queue_test
