// The way back from an OpenID provider: a one-time `state` that carries where the user was going.
//
// Providers compare return URLs exactly, so the client's query cannot travel in them. The state is the sealed
// target itself, so nothing is stored for users who never come back; only long targets wait in a small map. A
// state is good once, for an hour; another process without the same key takes it for unknown, which shows the
// page as it is. Units: bytes. Owner: app/parts, beyond reloads. Background loop only. Source: OpenID
// Connect RP-Initiated Logout 1.0 section 2 and 3; docs/contract/logout.md section 1 "Query parameters".
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.h"
#include "crypto/sealed_box.h"

namespace router::logout {

class ReturnStates {
 public:
  // `secret` empty: a random key for this process.
  ReturnStates(const base::Secret& secret, const base::Clock& clock);

  std::string issue(std::string_view target);
  // Runs `then` when the browser comes back with that state: once, and to this process only.
  void on_return(std::string_view state, std::function<void()> then);
  // Absent: unknown, used before or too old.
  std::optional<std::string> take(std::string_view state);

 private:
  struct Held {
    std::string target;
    base::WallTime issued;
  };
  void note_return(std::string_view state);
  std::optional<std::string> take_held(std::string_view state);
  std::optional<std::string> open(std::string_view state) const;
  void remember_used(std::string mark);

  const base::Clock& clock_;
  crypto::SealedBox box_;
  std::unordered_map<std::string, Held> held_;
  std::deque<std::string> held_order_;
  std::unordered_set<std::string> used_;
  std::deque<std::string> used_order_;
  std::unordered_map<std::string, std::function<void()>> awaited_;
  std::deque<std::string> awaited_order_;
};

}  // namespace router::logout
