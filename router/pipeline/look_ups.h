// Look-ups of names that clients choose and that no descriptor knows, tenants of strangers included: they cost others
// something, so an address has only so many (LIMIT_LOOK_UPS_PER_ADDRESS). Source: docs/contract/html5.md sections 1, 2.
#pragma once

#include <optional>

#include "pipeline/request_state.h"

namespace router::pipeline {

// Takes one. Where none is left: when there will be one.
std::optional<base::seconds> take_look_up(const RequestState& state);
// What was taken did not count.
void give_back_look_up(const RequestState& state);
// 429, where none was left.
Verdict too_many_look_ups(base::seconds later);

}  // namespace router::pipeline
