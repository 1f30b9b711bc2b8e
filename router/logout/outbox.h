// The journal of the fan-out: what still has to be told to a back-end, on a medium that outlives the process.
//
// The fan-out keeps its queue in memory; the outbox makes it survive. record() comes before the browser's
// answer, settle() after the final outcome. A failing outbox never stops a logout: the in-memory retry goes
// on, the receipt says "not durable", is_writable() turns /ready red. Implementations limit their own "not
// writable" log lines. Background loop only. Owner: app/parts, beyond reloads. Source: docs/contract/logout.md
// section 7; docs/contract/reliability.md O2 to O4.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "logout/call.h"

namespace router::logout {

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Errors of all: unavailable. `calls` outlives the Task.
  virtual base::Task<base::Result<void>> record(const std::vector<Call>& calls) = 0;
  virtual base::Task<base::Result<void>> settle(std::string call_id) = 0;
  // Given up, but kept: it can be listed and tried again.
  virtual base::Task<base::Result<void>> bury(std::string call_id) = 0;
  // Calls whose process is gone, at most `limit`; each is handed out once until its new owner dies, too.
  virtual base::Task<base::Result<std::vector<Call>>> take_left_behind(std::size_t limit) = 0;

  virtual bool is_durable() const = 0;
  virtual bool is_writable() const = 0;
};

}  // namespace router::logout
