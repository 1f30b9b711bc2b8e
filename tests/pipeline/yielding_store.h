// The memory store as if it were behind a socket: before and after each call others may come in between.
#pragma once

#include "session/memory_store.h"
#include "support/scheduler.h"

namespace router::test {

class YieldingStore final : public session::Store {
 public:
  explicit YieldingStore(Scheduler& scheduler) : inner(scheduler.clock), scheduler_(scheduler) {}

  base::Task<base::Result<void>> create(session::Session session) override {
    return around(inner.create(std::move(session)));
  }
  base::Task<base::Result<std::optional<session::Succession>>> succeed(session::SessionId before, session::Session next,
                                                                       session::TakeOver take_over) override {
    return around(inner.succeed(std::move(before), std::move(next), std::move(take_over)));
  }
  base::Task<base::Result<session::SessionId>> successor(session::SessionId before) override {
    return around(inner.successor(std::move(before)));
  }
  base::Task<base::Result<std::optional<session::Snapshot>>> find(session::SessionId id) override {
    return around(inner.find(std::move(id)));
  }
  base::Task<base::Result<std::optional<session::Snapshot>>> replace(session::Session changed) override {
    return around(inner.replace(std::move(changed)));
  }
  base::Task<base::Result<void>> used(session::SessionId id) override { return around(inner.used(std::move(id))); }
  base::Task<base::Result<std::optional<base::milliseconds>>> time_left(session::SessionId id) override {
    return around(inner.time_left(std::move(id)));
  }
  base::Task<base::Result<std::optional<session::Snapshot>>> end(session::SessionId id) override {
    return around(inner.end(std::move(id)));
  }
  base::Task<base::Result<std::vector<session::Listed>>> page(session::SessionFilter filter,
                                                              std::optional<session::Position> after,
                                                              std::size_t limit) override {
    return around(inner.page(std::move(filter), std::move(after), limit));
  }
  base::Task<base::Result<void>> remember_ended(session::EndedAtProvider ended) override {
    return around(inner.remember_ended(std::move(ended)));
  }
  base::Task<base::Result<std::vector<session::Snapshot>>> take_expired(std::size_t limit) override {
    return around(inner.take_expired(limit));
  }
  base::Task<base::Result<void>> told(std::vector<session::SessionId> ids) override {
    return around(inner.told(std::move(ids)));
  }
  base::Task<base::Result<session::Counts>> counts() override { return inner.counts(); }
  session::SharedState& shared() override { return inner.shared(); }

  session::MemoryStore inner;

 private:
  template <class T>
  base::Task<T> around(base::Task<T> task) {
    auto before = scheduler_.yield();
    co_await before;
    T result = co_await task;
    auto after = scheduler_.yield();
    co_await after;
    co_return result;
  }
  Scheduler& scheduler_;
};

}  // namespace router::test
