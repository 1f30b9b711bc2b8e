// How many sessions a store that never waits has, for tests of what uses it.
#pragma once

#include "session/store.h"
#include "support/run_task.h"

namespace router::test {

inline session::Counts counts_of(session::Store& store) { return *run_task(store.counts()); }

}  // namespace router::test
