// What Redis does in one step with a call of the outbox: Lua programs on one slot.
//
// KEYS[1] is the slot's name, of which all others begin: NAME:call:ID a hash (b sealed, s "waiting" or "buried", a
// attempts, t due in ms, r reason, o order, w owner), NAME:all, NAME:buried, NAME:of:OWNER sorted sets of ids by order,
// NAME:alive one of owners by when they were heard of. The first words are the time (0: the server's) and who asks.
// Immutable; any thread.
#pragma once

#include "storage/redis_command.h"

namespace router::logout {

struct RedisOutboxScripts {
  storage::RedisScript record;    // id, order, b, attempts, due
  storage::RedisScript postpone;  // id, attempts, due
  storage::RedisScript settle;    // id
  storage::RedisScript bury;      // id, attempts, reason, how many buried ones may stay
  storage::RedisScript retry;     // id: {b, a, t, o}, if it was buried
  storage::RedisScript alive;     //
  storage::RedisScript silent;    // ms, how many at most: {id, order, ...} of processes silent for so long
  storage::RedisScript claim;     // id, ms: {b, a, t, o}, if its process has been silent for so long
};

const RedisOutboxScripts& redis_outbox_scripts();

}  // namespace router::logout
