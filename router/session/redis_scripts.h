// What Redis does in one step with a session: Lua programs, each for the key of one session (or one set of them).
//
// A session is a hash: b its sealed bytes, g its generation, d when it ends (ms), i its idle time, m when it ends at
// the latest (0: never), e that time as the session says it, o when it came (us). One that is over has x, w (who ended
// it), n (sealed: who stands for it), and b until its back-ends are told; a tombstone, in short. Times are of the
// server's clock; the first word of all is the time, 0 for the server's own (tests give theirs). Immutable; any thread.
#pragma once

#include "storage/redis_command.h"
#include "storage/redis_time.h"

namespace router::session {

using storage::RedisTime;

struct RedisScripts {
  // now, b, g, idle ms, ms to the latest end (-1: none), e. How long it lives; 0: there was one of that id.
  storage::RedisScript create;
  // now. {b, ms left, ms to the latest end or -1, o}; nil: none, or over.
  storage::RedisScript find;
  // now, how long ago. Ms left; -1: it is over.
  storage::RedisScript used;
  // now, g before, b, idle ms, ms to the latest end, e. Ms left; -1: over, or not the one before.
  storage::RedisScript replace;
  // now, who, n. {b}; nil: it was over.
  storage::RedisScript end;
  // now. A tombstone, whatever there is.
  storage::RedisScript bury;
  // now, who, 1 = whatever its deadline. {0}: gone, or told; {1, deadline}: lives; {2, b, o}: over before; {3, b, o}:
  // ended now.
  storage::RedisScript expire;
  storage::RedisScript told;
  // Of a sorted set of names by time: now, how many at most, for how long. {until when, those that are due}, which are
  // put off till then.
  storage::RedisScript claim;
  // Out of it goes what claim put off till then, unless somebody has looked in since: now, name, until when.
  storage::RedisScript let_go;
  // Of a name in a sorted set by time: now, name, in how long.
  storage::RedisScript look_in;
  storage::RedisScript look_in_once;  // one that is there already is put off by 1 ms, so that nobody lets go of it
  // now. How many are due.
  storage::RedisScript due;
  // Of a sorted set by order: how many may stay. The others, oldest first, are taken out.
  storage::RedisScript overflow;
  // Of a number: the larger one stays. number, ms to keep it.
  storage::RedisScript keep_larger;
  // Of a name in a sorted set, by the server's time in us: name.
  storage::RedisScript append;
  // Of a hash v, u (until when): now, what, ttl ms, and "once": 1 for the first; "keep" value; "take": value or nil;
  // "tally" how many more: {count, ms left}.
  storage::RedisScript note;
  // Of a hash f (the fence), u: now, what, ttl ms, fence. "take": the fence, 0: somebody has it; "extend", "release":
  // 1, or 0.
  storage::RedisScript lease;
};

const RedisScripts& redis_scripts();

}  // namespace router::session
