// What the management port answers about sessions: who, since when, what of; never an id, a token or a cookie.
//
// Background loop. Errors: unavailable, bad_request (the cursor). Source: docs/contract/operations.md "Management port".
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/clock.h"
#include "base/task.h"
#include "management/operations.h"
#include "session/store.h"

namespace router::app {

// Whose it is, and since when.
nlohmann::ordered_json told_session(const session::Session& session);

// JSON: `sessions`, oldest first, and `next_cursor` where there may be more.
base::Task<base::Result<std::string>> list_sessions(session::Store& store, const base::Clock& clock,
                                                    management::SessionQuestion question);

}  // namespace router::app
