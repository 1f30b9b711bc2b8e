// A session store that cannot be reached.
#pragma once

#include "session/memory_shared_state.h"
#include "session/store.h"
#include "support/fake_loop.h"

namespace router::test {

class AwayStore final : public session::Store {
 public:
  base::Task<base::Result<void>> create(session::Session) override { co_return away(); }
  base::Task<base::Result<std::optional<session::Succession>>> succeed(session::SessionId, session::Session,
                                                                       session::TakeOver) override {
    co_return away();
  }
  base::Task<base::Result<session::SessionId>> successor(session::SessionId) override { co_return away(); }
  base::Task<base::Result<std::optional<session::Snapshot>>> find(session::SessionId) override { co_return away(); }
  base::Task<base::Result<std::optional<session::Snapshot>>> replace(session::Session) override { co_return away(); }
  base::Task<base::Result<void>> used(session::SessionId) override { co_return away(); }
  base::Task<base::Result<std::optional<base::milliseconds>>> time_left(session::SessionId) override {
    co_return away();
  }
  base::Task<base::Result<std::optional<session::Snapshot>>> end(session::SessionId) override { co_return away(); }
  base::Task<base::Result<std::vector<session::Listed>>> page(session::SessionFilter, std::optional<session::Position>,
                                                              std::size_t) override {
    co_return away();
  }
  base::Task<base::Result<void>> remember_ended(session::EndedAtProvider) override { co_return away(); }
  base::Task<base::Result<std::vector<session::Snapshot>>> take_expired(std::size_t) override { co_return away(); }
  base::Task<base::Result<void>> told(std::vector<session::SessionId>) override { co_return away(); }
  base::Task<base::Result<session::Counts>> counts() override { co_return away(); }
  session::Snapshot last_known(const session::SessionId& id) override {
    return known && known->id == id ? known : nullptr;
  }
  session::Health health() const override { return {false, "away", is_reachable}; }
  std::size_t unsaid() const override { return ended_here_only; }
  // For what is about no session.
  session::SharedState& shared() override { return shared_; }

  bool is_reachable = true;  // though it fails
  session::Snapshot known;   // before it was away
  std::size_t ended_here_only = 0;

 private:
  static base::Error away() { return {base::ErrorCode::unavailable, base::Side::store, "away"}; }

  FakeClock clock_;
  session::MemorySharedState shared_{clock_};
};

}  // namespace router::test
