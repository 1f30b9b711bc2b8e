// How each stream of signals does, as far as this replica has seen: for /ready, the management API, and whoever asks why
// nothing comes.
//
// Owner: Ongoing, beyond reloads. Background loop only. Source: docs/contract/signals.md "In".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"

namespace router::logout {

struct SignalStreamState {
  std::uint64_t taken = 0;    // tokens that were believed
  std::uint64_t refused = 0;  // others
  std::string last_event;
  std::optional<base::WallTime> last_at;  // when it came
  base::milliseconds lag{0};              // how long it was on its way: from `iat` on
  std::optional<base::WallTime> verified_at;
  std::string verified_state;
  std::string status;       // as a stream-updated said: enabled, paused, disabled; empty: nobody did
  std::string fault;        // of the last poll; empty: it went well
  bool is_polling = false;  // by this replica
};

using SignalStates = std::map<std::string, SignalStreamState, std::less<>>;  // by issuer

}  // namespace router::logout
