// A store under test, and calls to it as a test wants them (session/store_contract.h).
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "session/store.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::test {

class TestedStore {
 public:
  virtual ~TestedStore() = default;
  virtual session::Store& store() = 0;
  virtual FakeClock& clock() = 0;
  // The loop that the store's calls finish on; nullptr if they never wait.
  virtual FakeLoop* loop() { return nullptr; }
};
using MakeStore = std::function<std::unique_ptr<TestedStore>(const session::StoreLimits&)>;

// Calls as a test wants them: without waiting, without Results.
class StoreDriver {
 public:
  explicit StoreDriver(TestedStore& tested) : tested_(tested) {}

  bool create(const session::Session& session) { return call(tested_.store().create(session)).has_value(); }
  session::Snapshot find(const session::SessionId& id) { return one(tested_.store().find(id)); }
  session::Snapshot replace(const session::Session& changed) { return one(tested_.store().replace(changed)); }
  session::Snapshot end(const session::SessionId& id) { return one(tested_.store().end(id)); }
  std::optional<session::Succession> succeed(const session::SessionId& before, const session::Session& next,
                                             session::TakeOver take_over) {
    auto result = call(tested_.store().succeed(before, next, std::move(take_over)));
    return result ? *result : std::nullopt;
  }
  session::SessionId successor(const session::SessionId& before) {
    auto next = call(tested_.store().successor(before));
    REQUIRE(next);
    return *next;
  }
  session::Snapshot find_successor(const session::SessionId& ended) {
    return one(session::find_successor(tested_.store(), ended));
  }
  bool touch(const session::SessionId& id) { return call(tested_.store().touch(id)).has_value(); }
  std::optional<base::milliseconds> time_left(const session::SessionId& id) {
    auto left = call(tested_.store().time_left(id));
    REQUIRE(left);
    return *left;
  }
  void remember_ended(session::EndedAtProvider ended) {
    REQUIRE(call(tested_.store().remember_ended(std::move(ended))));
  }
  std::vector<session::Snapshot> select(const session::SessionFilter& filter, std::size_t limit = 100) {
    auto found = call(tested_.store().select(filter, limit));
    REQUIRE(found);
    return *found;
  }
  std::vector<session::Snapshot> take_expired(std::size_t limit = 100) {
    auto expired = call(tested_.store().take_expired(limit));
    REQUIRE(expired);
    return *expired;
  }
  std::vector<session::Snapshot> take_all_expired() {
    std::vector<session::Snapshot> all;
    for (auto some = take_expired(); !some.empty(); some = take_expired())
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  session::Counts counts() { return tested_.store().counts(); }
  const base::Clock& now() { return tested_.clock(); }

 private:
  template <class T>
  T call(base::Task<T> task) {
    return run_task(std::move(task), tested_.loop());
  }
  session::Snapshot one(base::Task<base::Result<std::optional<session::Snapshot>>> task) {
    auto result = call(std::move(task));
    REQUIRE(result);
    return result->value_or(nullptr);
  }

  TestedStore& tested_;
};

inline session::Session changed_from(const session::Snapshot& session, const std::string& user_name) {
  session::Session changed = *session;
  changed.user_name = user_name;
  return changed;
}

}  // namespace router::test
