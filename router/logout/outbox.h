// The journal of the fan-out: what still has to be told to a back-end, and what was given up, on a medium that may
// outlive the process.
//
// The fan-out keeps its queue in memory; the outbox makes it survive. record() comes before the browser's answer,
// settle() or bury() after the final outcome. A failing outbox never stops a logout: the in-memory retry goes on, the
// receipt says "not durable", is_writable() turns /ready red. Implementations limit their own "not writable" log lines,
// and how many buried calls they keep: the oldest go. Every one passes tests/logout/outbox_contract.h. Background loop
// only, but for is_writable(). Owner: app/parts, beyond reloads. Source: docs/contract/logout.md section 7;
// docs/contract/durability.md; docs/contract/reliability.md O2 to O4.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "logout/call_record.h"

namespace router::logout {

// A call that this process has to go on with.
struct Unfinished {
  CallPtr call;
  unsigned attempts = 0;  // so many have been made
  base::WallTime due;     // of the next one
};

enum class CallState { waiting, buried };

// A call, and what has become of it.
struct KeptCall {
  Unfinished unfinished;
  CallState state = CallState::waiting;
  std::string reason;  // of a buried one
};

// Empty fields match all.
struct CallFilter {
  std::optional<CallState> state;
  std::string call_id;
  std::string logout_id;
  std::string back_end;
};
bool matches(const CallFilter& filter, const KeptCall& kept);

struct Page {
  std::size_t offset = 0;
  std::size_t limit = 100;
};

// What may be shown of a call.
struct ListedCall {
  std::string id;
  std::string logout_id;
  std::string back_end;
  CallState state = CallState::waiting;
  unsigned attempts = 0;
  std::string reason;  // of a buried one
  base::WallTime created;
  base::WallTime due;
};
ListedCall listed(KeptCall kept);

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Errors of all: unavailable. A call that is not there is left at that.
  // Returns when they would survive a crash, if that is what it is for. They are this process's from then on.
  virtual base::Task<base::Result<void>> record(std::vector<CallPtr> calls) = 0;
  // Is to be tried again, no earlier than `due`.
  virtual base::Task<base::Result<void>> postpone(std::string call_id, unsigned attempts, base::WallTime due) = 0;
  // Has its final outcome.
  virtual base::Task<base::Result<void>> settle(std::string call_id) = 0;
  // Given up, but kept: it can be listed and tried again. `attempts`: that were made.
  virtual base::Task<base::Result<void>> bury(std::string call_id, unsigned attempts, std::string reason) = 0;
  // Buried ones that match, oldest first and at most `limit`, become this process's, as if they had never been tried.
  virtual base::Task<base::Result<std::vector<Unfinished>>> retry(CallFilter which, std::size_t limit) = 0;
  // Waiting ones whose process is gone, oldest first; each is handed out once until its new owner dies, too.
  virtual base::Task<base::Result<std::vector<Unfinished>>> take_left_behind(std::size_t limit) = 0;
  // Oldest first; those that were recorded together in any order.
  virtual base::Task<base::Result<std::vector<ListedCall>>> list(CallFilter filter, Page page) = 0;
  // How many are buried, of all processes; costs nothing of note, but for the first time. unavailable: not counted yet,
  // too.
  virtual base::Task<base::Result<std::size_t>> buried() = 0;

  virtual bool is_durable() const = 0;
  virtual bool is_writable() const = 0;
};

}  // namespace router::logout
