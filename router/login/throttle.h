// Slows down the guessing of passwords: so many failed logins a minute for each user and address, no more.
//
// At most as many tries are under way at once as may still fail, so that a hundred at once are no way around
// it; the others wait, and a hundred right ones all get through. Users are compared without regard to ASCII
// case and an IPv6 address by its first 64 bits, since neither makes another user or another home. Memory is
// bounded: beyond `most` pairs within a minute the oldest are forgotten first. Owner: Ongoing, beyond
// reloads; callers use check_password(). Background loop only. Time is steady.
// Source: spec/logout.md section 3; OWASP ASVS 2.2.1.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/event.h"

namespace router::login {

struct ThrottleRule {
  unsigned failures = 5;  // 0 = no limit
  base::seconds within{60};
  std::size_t most = 100'000;  // pairs; about 150 bytes each
};

class Throttle {
 public:
  // One user at one address.
  using Key = std::string;
  static Key key_of(std::string_view user, std::string_view address);

  explicit Throttle(ThrottleRule rule = {}) : rule_(rule) {}

  struct Admission {
    std::optional<base::seconds> refused_for;  // too many failures: so long, at least 1 s
    std::shared_ptr<base::Event> busy;         // too many tries under way: ask again after it
    bool admitted() const { return !refused_for && !busy; }
  };
  // Where it is admitted, the caller tells how it went, once.
  Admission begin(const Key& key, base::SteadyTime now);
  void failed(const Key& key) { settle(key, Outcome::failed); }
  // Earlier failures are forgotten.
  void succeeded(const Key& key) { settle(key, Outcome::succeeded); }
  // Nobody said whether the password was right: this try does not count.
  void undecided(const Key& key) { settle(key, Outcome::undecided); }

  std::size_t size() const { return tries_.size(); }

 private:
  enum class Outcome { failed, succeeded, undecided };
  struct Tries {
    base::SteadyTime first;
    unsigned failures = 0;
    unsigned under_way = 0;
    std::shared_ptr<base::Event> settled = std::make_shared<base::Event>();
  };
  struct Start {
    base::SteadyTime at;
    Key key;
  };
  void settle(const Key& key, Outcome outcome);
  void forget_old(base::SteadyTime now);
  void forget_first();

  ThrottleRule rule_;
  std::unordered_map<Key, Tries> tries_;
  std::deque<Start> starts_;  // in order; may name pairs that are gone, or have begun anew
};

}  // namespace router::login
