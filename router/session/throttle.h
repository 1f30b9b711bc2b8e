// Slows down guessing: so many failed tries a minute for each key, no more.
//
// At most as many tries are under way at once as may still fail, so that a hundred at once are no way around
// it; the others wait, and a hundred right ones all get through. Memory is bounded: beyond `most` keys within
// a minute the oldest are forgotten first. Owner: Doors (session/doors.h). Background loop only. Time is
// steady. Source: docs/contract/logout.md section 3; OWASP ASVS 2.2.1.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/event.h"

namespace router::session {

struct ThrottleRule {
  unsigned failures = 5;  // 0 = no limit
  base::seconds within{60};
  std::size_t most = 100'000;   // keys; about 150 bytes each
  bool success_forgets = true;  // earlier failures; not where one key stands for many people
};

class Throttle {
 public:
  using Key = std::string;
  enum class Outcome {
    failed,
    succeeded,
    undecided,  // nobody said whether it was right: this try does not count
  };

  explicit Throttle(ThrottleRule rule = {}) : rule_(rule) {}

  struct Admission {
    std::optional<base::seconds> refused_for;  // too many failures: so long, at least 1 s
    std::shared_ptr<base::Event> busy;         // too many tries under way: ask again after it
    bool admitted() const { return !refused_for && !busy; }
  };
  // Changes nothing but what is over.
  Admission look(const Key& key, base::SteadyTime now);
  // Where look() admits, a try begins; the caller tells how it went, once.
  Admission begin(const Key& key, base::SteadyTime now);
  void settle(const Key& key, Outcome outcome);

  std::size_t size() const { return tries_.size(); }

 private:
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
  void forget_old(base::SteadyTime now);
  void forget_first();

  ThrottleRule rule_;
  std::unordered_map<Key, Tries> tries_;
  std::deque<Start> starts_;  // in order; may name keys that are gone, or have begun anew
};

}  // namespace router::session
