// Everything that may happen to sessions, by two and three clients of one store, in an order of chance: whatever it
// is, a session that has ended is over for all of them, and handed to one.
//
// docs/contract/durability.md "One interface"; docs/contract/reliability.md O10. A seed is an interleaving.
#pragma once

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "session/change.h"
#include "session/store_driver.h"
#include "support/sessions.h"

namespace router::test {

class Interleaving {
 public:
  static constexpr int kSteps = 8;

  Interleaving(TestedStore& tested, std::size_t clients, unsigned seed)
      : tested_(tested), held_(clients), random_(seed), user_("user-" + std::to_string(seed)) {}

  void run() {
    log_in();
    for (int step = 0; step < kSteps; ++step) {
      client_ = below(held_.size());
      act();
      tested_.spread();
      check_dead();
    }
    while (!living_.empty()) {
      const auto id = living_.back();
      log_out(id);
    }
  }

 private:
  using Ended = base::Result<std::optional<session::Snapshot>>;

  void act() {
    if (living_.empty()) return log_in();
    const auto id = any();
    switch (below(10)) {
      case 0:
        return log_in();
      case 1:
        return must(store().used(id) == lives(id), "used");
      case 2:
        return look(id);
      case 3:
        return refresh();
      case 4:
        return change_jar(id);
      case 5:
        return log_out(id);
      case 6:
        return hear_of_back_channel();
      case 7:
        return expire();
      case 8:
        return log_in_again(id);
      default:
        return end_together(id);
    }
  }

  session::Session new_login() {
    auto session = make_session(user_, "sid-" + user_ + "-" + std::to_string(++logins_));
    session.idle_timeout = base::minutes(1);
    session.login_started = tested_.clock().wall();
    return session;
  }
  void log_in() {
    const auto session = new_login();
    must(store().create(session), "login");
    living_.push_back(session.id);
    look(session.id);
  }
  void look(const session::SessionId& id) {
    auto found = store().find(id);
    must((found != nullptr) == lives(id), "find");
    if (found) held_[client_] = std::move(found);
  }
  // From a state that may be old, of a session that may be over.
  void refresh() {
    auto& held = held_[client_];
    if (!held) return;
    auto refreshed = *held;
    refreshed.tokens.access_token = base::Secret("token " + std::to_string(random_()));
    const auto replaced = store().replace(refreshed);
    must(!replaced || lives(refreshed.id), "refresh");
    if (replaced) held = replaced;
  }
  void change_jar(const session::SessionId& id) {
    const auto edit = [this](session::Session& session) {
      session.backend_cookies = {{"crm", "sid", base::Secret(std::to_string(random_())), "/", false}};
      return true;
    };
    const auto changed = tested_.run(session::change(tested_.client(client_), id, edit));
    must(changed && changed->is_over() != lives(id), "jar");
  }
  void log_out(const session::SessionId& id) {
    const auto was_living = lives(id);
    must((store().end(id) != nullptr) == was_living, "logout");
    bury(id);
  }
  void hear_of_back_channel() {
    const auto id = living_[below(living_.size())];
    const auto session = store().find(id);
    must(session != nullptr, "find");
    store().remember_ended({session->issuer, session->idp_session_id, {}, tested_.clock().wall()});
    auto in_flight = new_login();
    in_flight.idp_session_id = session->idp_session_id;
    must(!store().create(in_flight), "login in flight");
    session::SessionFilter filter;
    filter.issuer = session->issuer;
    filter.idp_session_id = session->idp_session_id;
    for (const auto& one : store().select(filter)) log_out(one->id);
    must(!lives(id), "back-channel");
    tested_.clock().advance(base::milliseconds(1));
  }
  // All that live.
  void expire() {
    tested_.clock().advance(base::seconds(63));
    for (const auto& session : store().take_all_expired()) {
      must(lives(session->id), "told once");
      bury(session->id);
    }
    must(living_.empty(), "all expire");
  }
  void log_in_again(const session::SessionId& id) {
    const auto was_living = lives(id);
    const auto next = new_login();
    const auto succeeded = store().succeed(id, next, [](const session::Session&, session::Session&) {});
    must(succeeded.has_value() == was_living, "re-login");
    if (!succeeded) return;
    bury(id);
    living_.push_back(next.id);
    must(store().successor(id) == next.id, "successor");
  }
  // With a change and a request in flight.
  void end_together(const session::SessionId& id) {
    const bool was_living = lives(id);
    std::vector<base::Task<Ended>> tasks;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      tasks.push_back(tested_.client(i).end(id));
      if (held_[i] && held_[i]->id == id) tasks.push_back(replace_then_nothing(&tested_.client(i), *held_[i]));
    }
    std::size_t handed_out = 0;
    for (const auto& result : tested_.run_together(std::move(tasks))) {
      must(result.has_value(), "end");
      if (*result) ++handed_out;
    }
    must(handed_out == (was_living ? 1 : 0), "ended once");
    bury(id);
  }
  static base::Task<Ended> replace_then_nothing(session::Store* store, session::Session changed) {
    auto replacing = store->replace(std::move(changed));
    const auto replaced = co_await replacing;
    if (!replaced) co_return replaced.error();
    co_return std::optional<session::Snapshot>();
  }

  void bury(const session::SessionId& id) {
    if (std::erase(living_, id) > 0) {
      dead_.push_back(id);
      store().told(id);
    }
  }
  // Whoever is asked, whatever is tried.
  void check_dead() {
    for (const auto& id : dead_) {
      for (std::size_t i = 0; i < held_.size(); ++i) {
        StoreDriver asked(tested_, i);
        must(!asked.find(id), "dead: find");
        switch (below(8)) {
          case 0:
            must(!asked.used(id), "dead: used");
            break;
          case 1:
            must(!asked.end(id), "dead: end");
            break;
          case 2: {
            auto session = new_login();
            session.id = id;
            must(!asked.create(session), "dead: create");
            break;
          }
          case 3:
            if (held_[i] && held_[i]->id == id) must(!asked.replace(*held_[i]), "dead: replace");
            break;
          default:
            break;
        }
      }
    }
  }

  StoreDriver store() { return StoreDriver(tested_, client_); }
  bool lives(const session::SessionId& id) const {
    return std::find(living_.begin(), living_.end(), id) != living_.end();
  }
  session::SessionId any() {
    const auto at = below(living_.size() + dead_.size());
    return at < living_.size() ? living_[at] : dead_[at - living_.size()];
  }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  void must(bool holds, const char* what) {
    if (holds) return;
    CAPTURE(user_);
    FAIL(what);
  }

  TestedStore& tested_;
  std::vector<session::Snapshot> held_;  // by client: what it has looked at last
  std::size_t client_ = 0;
  std::mt19937 random_;
  std::string user_;
  unsigned logins_ = 0;
  std::vector<session::SessionId> living_;
  std::vector<session::SessionId> dead_;
};

inline void check_store_of_many_clients(const MakeStore& make, unsigned rounds) {
  const auto tested = make({});
  for (unsigned seed = 1; seed <= rounds; ++seed) Interleaving(*tested, 2 + seed % 2, seed).run();
  CHECK(tested->run(tested->store().counts())->live == 0);
}

}  // namespace router::test
