// What the management port answers about calls that back-ends have not confirmed, and does to those that were given up.
//
// Background loop. Errors: unavailable. Source: docs/contract/operations.md "Management port".
#pragma once

#include <string>

#include "base/task.h"
#include "logout/fan_out.h"
#include "logout/outbox.h"
#include "management/operations.h"

namespace router::app {

// JSON: `back_ends` with what waits for each here, `calls`, oldest first, and `next_cursor` where there may be more.
base::Task<base::Result<std::string>> list_calls(logout::Outbox& outbox, const logout::FanOut& fan_out,
                                                 management::OutboxQuestion question);
// One batch of the fan-out's. Errors: of one call also not_found.
base::Task<base::Result<management::Retried>> retry_calls(logout::FanOut& fan_out, logout::Outbox& outbox,
                                                          management::RetryWish wish);
// Errors: not_found, conflict (it is still being tried).
base::Task<base::Result<void>> drop_call(logout::Outbox& outbox, std::string call_id);

}  // namespace router::app
