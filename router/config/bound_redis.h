// A bound Redis -> where sessions are kept: the instance that EXT_SESSION_MGT names, else the one that is
// bound.
//
// Source: docs/contract/durability.md "Where state lives"; the Node router's README, "External Session
// Management".
#pragma once

#include <optional>
#include <vector>

#include "config/bindings.h"
#include "config/model.h"
#include "config/variables.h"

namespace router::config {

// Absent: there is none, or what is wrong has been reported; `is_wanted` false: only what is wrong with
// EXT_SESSION_MGT itself. The secret in there becomes the environment's.
std::optional<StateLocation> read_bound_redis(const Variables& variables, const std::vector<Binding>& bindings,
                                              bool is_wanted, Environment& environment);

}  // namespace router::config
