// What is not about sessions and has to hold on all replicas all the same: what has happened once, what is kept for
// whoever comes back, how often somebody has failed, and who may do alone what nobody may do twice.
//
// Each store has one (Store::shared). Every one passes tests/session/shared_contract.h. Keys are any bytes, up to some
// kilobytes; media know their hashes only. Of a kind, `ttl` and `span` are always the same; what is noted is kept for
// at least that long and at most twice, in bounded memory: the oldest goes first. Time is steady. Threads: any; every
// Task resumes on the loop that awaited it. Source: docs/contract/durability.md "One interface".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

namespace router::session {

// Keeps the keys of one purpose apart from those of all others.
enum class Kind { logout_token, login_state, return_state, account_failures, address_failures, signal, signal_answer };
inline constexpr std::size_t kKinds = 7;
// As media name it; never changes.
std::string_view to_string(Kind kind);

struct Tally {
  std::uint64_t count = 0;
  base::milliseconds ends_in{0};  // when it starts anew; 0 if nothing is counted
};

// The right to do something alone, for a while.
struct Lease {
  std::string name;
  std::uint64_t fence = 0;  // larger than that of every earlier lease of this name
};

// once, keep and take, tally and forget do not see each other's keys. Errors of all: unavailable.
class SharedState {
 public:
  virtual ~SharedState() = default;

  // True for the first who says so, and for nobody else.
  virtual base::Task<base::Result<bool>> once(Kind kind, std::string key, base::milliseconds ttl) = 0;

  virtual base::Task<base::Result<void>> keep(Kind kind, std::string key, base::Secret value,
                                              base::milliseconds ttl) = 0;
  // To one caller. Absent: never kept, taken, or too old.
  virtual base::Task<base::Result<std::optional<base::Secret>>> take(Kind kind, std::string key) = 0;

  // Adds to what is counted under that key; it starts anew `span` after it began. 0: only looks.
  virtual base::Task<base::Result<Tally>> tally(Kind kind, std::string key, unsigned add, base::milliseconds span) = 0;
  virtual base::Task<base::Result<void>> forget(Kind kind, std::string key) = 0;

  // Absent: somebody has it, be it this process.
  virtual base::Task<base::Result<std::optional<Lease>>> lease(std::string name, base::milliseconds ttl) = 0;
  // From now on for `ttl`; false: it is over, and somebody else may have it.
  virtual base::Task<base::Result<bool>> extend(Lease lease, base::milliseconds ttl) = 0;
  // Nothing happens where it is over.
  virtual base::Task<base::Result<void>> release(Lease lease) = 0;
};

}  // namespace router::session
