// The way back from an OpenID provider: a one-time `state` that carries where the user was going.
//
// Providers compare return URLs exactly, so the client's query cannot travel in them. The state is the sealed
// target itself, so nothing is stored for users who never come back; only long targets are kept in the store. A
// state is good once, for an hour, on whatever replica has the same secret; elsewhere it is unknown, which shows the
// page as it is, as it does where the store is away. Units: bytes. Owner: app/parts, beyond reloads; what it refers to
// outlives it. Background loop only. Source: OpenID
// Connect RP-Initiated Logout 1.0 section 2 and 3; docs/contract/logout.md section 1 "Query parameters".
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/task.h"
#include "crypto/sealed_box.h"
#include "session/shared_state.h"

namespace router::logout {

class ReturnStates {
 public:
  // `secrets.current` empty: a random key for this process.
  ReturnStates(const crypto::SealingSecrets& secrets, const base::Clock& clock, session::SharedState& shared);

  // `is_anybodys`: nobody was signed in, so that nothing is kept: a long target goes without its query.
  std::string issue(std::string_view target, bool is_anybodys = false);
  // Runs `then` when the browser comes back with that state: once, and to this process only.
  void on_return(std::string_view state, std::function<void()> then);
  // Absent: unknown, used before or too old.
  base::Task<std::optional<std::string>> take(std::string state);

 private:
  void note_return(std::string_view state);
  base::Task<std::optional<std::string>> take_held(std::string state);
  base::Task<bool> is_first(std::string mark);
  std::optional<std::string> open(std::string_view state) const;

  const base::Clock& clock_;
  session::SharedState& shared_;
  crypto::SealedBox box_;
  std::unordered_map<std::string, std::function<void()>> awaited_;
  std::deque<std::string> awaited_order_;
};

}  // namespace router::logout
