// A store that says which sessions it was told of (Store::told), and when one is to change or end; the rest is as in the one behind it.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "session/store.h"
#include "support/run_task.h"

namespace router::test {

class ToldStore final : public session::Store {
 public:
  template <class T>
  using Answer = base::Task<base::Result<T>>;

  explicit ToldStore(session::Store& inner) : inner_(inner) {}

  Answer<void> told(std::vector<session::SessionId> ids) override {
    told_ids.insert(told_ids.end(), ids.begin(), ids.end());
    return inner_.told(std::move(ids));
  }
  std::vector<session::SessionId> told_ids;

  Answer<void> create(session::Session session) override { return inner_.create(std::move(session)); }
  Answer<std::optional<session::Succession>> succeed(session::SessionId before, session::Session next,
                                                     session::TakeOver take_over) override {
    return inner_.succeed(std::move(before), std::move(next), std::move(take_over));
  }
  Answer<session::SessionId> successor(session::SessionId before) override {
    return inner_.successor(std::move(before));
  }
  Answer<std::optional<session::Snapshot>> find(session::SessionId id) override { return inner_.find(std::move(id)); }
  Answer<std::optional<session::Snapshot>> replace(session::Session changed) override {
    if (on_replace) on_replace();
    return inner_.replace(std::move(changed));
  }
  std::function<void()> on_replace;
  Answer<void> used(session::SessionId id) override { return inner_.used(std::move(id)); }
  Answer<std::optional<base::milliseconds>> time_left(session::SessionId id) override {
    return inner_.time_left(std::move(id));
  }
  Answer<std::optional<session::Snapshot>> end(session::SessionId id) override {
    if (on_end) on_end();
    ++asked_to_end;
    return inner_.end(std::move(id));
  }
  base::Task<void> keep_ends() override {
    kept = asked_to_end;
    return inner_.keep_ends();
  }
  std::size_t asked_to_end = 0;
  std::size_t kept = 0;  // of those, when keep_ends() was called last
  std::function<void()> on_end;
  Answer<std::vector<session::Listed>> page(session::SessionFilter filter, std::optional<session::Position> after,
                                            std::size_t limit) override {
    if (on_selected) {
      auto selected = test::run_task(inner_.page(std::move(filter), std::move(after), limit));
      on_selected(*selected);
      return given(std::move(selected));
    }
    return inner_.page(std::move(filter), std::move(after), limit);
  }
  std::function<void(const std::vector<session::Listed>&)> on_selected;  // before whoever asked has them
  Answer<void> remember_ended(session::EndedAtProvider ended) override {
    return remembers ? inner_.remember_ended(std::move(ended)) : away();
  }
  bool remembers = true;
  Answer<std::vector<session::Snapshot>> take_expired(std::size_t limit) override { return inner_.take_expired(limit); }
  Answer<session::Counts> counts() override { return inner_.counts(); }
  session::SharedState& shared() override { return inner_.shared(); }

 private:
  static Answer<void> away() { co_return base::Error{base::ErrorCode::unavailable, base::Side::store, "away", true}; }
  static Answer<std::vector<session::Listed>> given(base::Result<std::vector<session::Listed>> selected) {
    co_return selected;
  }
  session::Store& inner_;
};

}  // namespace router::test
