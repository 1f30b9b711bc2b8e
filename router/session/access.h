// All that there is of sessions: who is signed in, what runs on their behalf, and who listens to how long
// they live.
//
// Refers to what outlives it. Threads: any, as each of the three.
#pragma once

#include "session/event_streams.h"
#include "session/live_connections.h"
#include "session/store.h"

namespace router::session {

struct Access {
  Store& store;
  LiveConnections& live;
  EventStreams& streams;
};

}  // namespace router::session
