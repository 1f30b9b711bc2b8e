// A bound Redis -> where sessions are kept: the instance that EXT_SESSION_MGT names, else the one that is bound.
//
// One that is bound for something else stops no start: without a secret to seal with it is left alone, with a warning.
// Source: docs/contract/durability.md "Where state lives"; the Node router's README, "External Session
// Management".
#pragma once

#include <optional>
#include <vector>

#include "config/bindings.h"
#include "config/model.h"
#include "config/variables.h"

namespace router::config {

// As SESSION_STORE has it: unset, "redis", or another one.
enum class BoundRedis { may_be_used, is_named, is_not };

// Absent: there is none, or what is wrong has been reported, with is_not: of EXT_SESSION_MGT itself only. The secret in
// there becomes the environment's where it has none.
std::optional<StateLocation> read_bound_redis(const Variables& variables, const std::vector<Binding>& bindings,
                                              BoundRedis use, Environment& environment);

}  // namespace router::config
