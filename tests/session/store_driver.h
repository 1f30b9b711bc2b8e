// A store under test, and calls to it as a test wants them (session/store_contract.h).
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "session/store.h"
#include "support/counts.h"
#include "support/fake_loop.h"
#include "support/tested.h"

namespace router::test {

class TestedStore : public Tested {
 public:
  virtual session::Store& store() = 0;
  // Others at the same medium, as further replicas are; 0 is store().
  virtual session::Store& client(std::size_t) { return store(); }
  virtual FakeClock& clock() = 0;
  // What one client has done is known to all.
  virtual void spread() {}
};
using MakeStore = std::function<std::unique_ptr<TestedStore>(const session::StoreLimits&)>;

// Calls as a test wants them: without waiting, without Results.
class StoreDriver {
 public:
  explicit StoreDriver(TestedStore& tested, std::size_t client = 0) : tested_(tested), client_(client) {}

  bool create(const session::Session& session) { return call(store().create(session)).has_value(); }
  session::Snapshot find(const session::SessionId& id) { return one(store().find(id)); }
  session::Snapshot replace(const session::Session& changed) { return one(store().replace(changed)); }
  session::Snapshot end(const session::SessionId& id) { return one(store().end(id)); }
  std::optional<session::Succession> succeed(const session::SessionId& before, const session::Session& next,
                                             session::TakeOver take_over) {
    auto result = call(store().succeed(before, next, std::move(take_over)));
    return result ? *result : std::nullopt;
  }
  session::SessionId successor(const session::SessionId& before) {
    auto next = call(store().successor(before));
    REQUIRE(next);
    return *next;
  }
  session::Snapshot find_successor(const session::SessionId& ended) {
    return one(session::find_successor(store(), ended));
  }
  bool used(const session::SessionId& id) { return call(store().used(id)).has_value(); }
  std::optional<base::milliseconds> time_left(const session::SessionId& id) {
    auto left = call(store().time_left(id));
    REQUIRE(left);
    return *left;
  }
  void remember_ended(session::EndedAtProvider ended) { REQUIRE(call(store().remember_ended(std::move(ended)))); }
  std::vector<session::Snapshot> select(const session::SessionFilter& filter, std::size_t limit = 100) {
    auto found = call(store().select(filter, limit));
    REQUIRE(found);
    return *found;
  }
  std::vector<session::Listed> page(const session::SessionFilter& filter, std::optional<session::Position> after,
                                    std::size_t limit) {
    auto listed = call(store().page(filter, std::move(after), limit));
    REQUIRE(listed);
    return *listed;
  }
  std::vector<session::Snapshot> take_expired(std::size_t limit = 100) {
    auto expired = call(store().take_expired(limit));
    REQUIRE(expired);
    return *expired;
  }
  std::vector<session::Snapshot> take_all_expired() {
    std::vector<session::Snapshot> all;
    for (auto some = take_expired(); !some.empty(); some = take_expired())
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  void told(const session::SessionId& id) { REQUIRE(call(store().told({id}))); }
  session::Counts counts() {
    const auto counts = call(store().counts());
    REQUIRE(counts);
    return *counts;
  }
  const base::Clock& now() { return tested_.clock(); }

 private:
  template <class T>
  T call(base::Task<T> task) {
    return tested_.run(std::move(task));
  }
  session::Store& store() { return tested_.client(client_); }
  session::Snapshot one(base::Task<base::Result<std::optional<session::Snapshot>>> task) {
    auto result = call(std::move(task));
    REQUIRE(result);
    return result->value_or(nullptr);
  }

  TestedStore& tested_;
  std::size_t client_;
};

inline session::Session changed_from(const session::Snapshot& session, const std::string& user_name) {
  session::Session changed = *session;
  changed.user_name = user_name;
  return changed;
}

}  // namespace router::test
