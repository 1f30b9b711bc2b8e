// Slows down the guessing of passwords: so many failed logins a minute for each user and address, no more.
//
// A try counts as failed from its begin on, so that a hundred at once are no way around it; whoever made it
// says how it went. Users are compared without regard to ASCII case and an IPv6 address by its first 64 bits,
// since neither makes another user or another home. Memory is bounded: beyond `most` pairs within a minute
// the oldest are forgotten first. Owner: Ongoing, beyond reloads. Background loop only. Time is steady.
// Source: spec/logout.md section 3; OWASP ASVS 2.2.1.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace router::login {

struct ThrottleRule {
  unsigned failures = 5;
  base::seconds within{60};
  std::size_t most = 100'000;  // pairs; about 150 bytes each
};

class Throttle {
 public:
  // One user at one address.
  using Key = std::string;
  static Key key_of(std::string_view user, std::string_view address);

  explicit Throttle(ThrottleRule rule = {}) : rule_(rule) {}

  // Absent: go on, and tell the outcome. Else how long until the next try may be made, at least 1 s.
  std::optional<base::seconds> begin(const Key& key, base::SteadyTime now);
  // The password was right: earlier failures are forgotten.
  void succeeded(const Key& key) { tries_.erase(key); }
  // Nobody said whether it was right: this try does not count.
  void undecided(const Key& key);

  std::size_t size() const { return tries_.size(); }

 private:
  struct Tries {
    base::SteadyTime first;
    unsigned count = 0;
  };
  struct Start {
    base::SteadyTime at;
    Key key;
  };
  void forget_old(base::SteadyTime now);
  void forget_first();

  ThrottleRule rule_;
  std::unordered_map<Key, Tries> tries_;
  std::deque<Start> starts_;  // in order; may name pairs that are gone, or have begun anew
};

}  // namespace router::login
