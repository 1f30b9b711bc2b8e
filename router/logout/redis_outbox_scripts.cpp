#include "logout/redis_outbox_scripts.h"

#include <string>

namespace router::logout {
namespace {

const std::string kOutboxHead = R"(
local base, now, me, id = KEYS[1], tonumber(ARGV[1]), ARGV[2], ARGV[3]
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local function call(of) return base .. ':call:' .. of end
local function own(by) return base .. ':of:' .. by end
local all, buried, alive = base .. ':all', base .. ':buried', base .. ':alive'
local function forget(which)
  redis.call('ZREM', own(redis.call('HGET', call(which), 'w') or ''), which)
  redis.call('ZREM', all, which)
  redis.call('ZREM', buried, which)
  redis.call('DEL', call(which))
end
local function take(which)
  local f = redis.call('HMGET', call(which), 'b', 'a', 't', 'o', 'w')
  redis.call('ZREM', own(f[5]), which)
  redis.call('ZADD', own(me), f[4], which)
  redis.call('ZADD', alive, now, me)
  redis.call('HSET', call(which), 'w', me)
  return {f[1], f[2], f[3], f[4]}
end
)";

storage::RedisScript outbox_script(const char* body) { return storage::RedisScript(kOutboxHead + body); }

RedisOutboxScripts make_outbox_scripts() {
  return {
      .record = outbox_script(R"(
redis.call('ZADD', alive, now, me)
if redis.call('EXISTS', call(id)) == 1 then return 0 end
redis.call('HSET', call(id), 'b', ARGV[5], 's', 'waiting', 'a', ARGV[6], 't', ARGV[7], 'o', ARGV[4], 'w', me)
redis.call('ZADD', all, ARGV[4], id)
redis.call('ZADD', own(me), ARGV[4], id)
return 1
)"),
      .postpone = outbox_script(R"(
if redis.call('EXISTS', call(id)) == 0 then return 0 end
redis.call('HSET', call(id), 'a', ARGV[4], 't', ARGV[5])
return 1
)"),
      .settle = outbox_script("forget(id) return 1"),
      .bury = outbox_script(R"(
local f = redis.call('HMGET', call(id), 's', 'o', 'w')
if f[1] ~= 'waiting' then return 0 end
redis.call('HSET', call(id), 's', 'buried', 'a', ARGV[4], 'r', ARGV[5])
redis.call('ZREM', own(f[3]), id)
redis.call('ZADD', buried, f[2], id)
local more = redis.call('ZCARD', buried) - tonumber(ARGV[6])
if more > 0 then
  for _, oldest in ipairs(redis.call('ZRANGE', buried, 0, more - 1)) do forget(oldest) end
end
return 1
)"),
      .retry = outbox_script(R"(
if redis.call('HGET', call(id), 's') ~= 'buried' then return false end
redis.call('HSET', call(id), 's', 'waiting', 'a', 0, 't', 0)
redis.call('HDEL', call(id), 'r')
redis.call('ZREM', buried, id)
return take(id)
)"),
      .alive = outbox_script("return {redis.call('ZADD', alive, now, me), redis.call('ZCARD', all)}"),
      .silent = outbox_script(R"(
local found = {}
for _, other in ipairs(redis.call('ZRANGE', alive, '-inf', now - ARGV[4], 'BYSCORE')) do
  local names = redis.call('ZRANGE', own(other), 0, ARGV[5] - 1, 'WITHSCORES')
  if #names == 0 and other ~= me then redis.call('ZREM', alive, other) end
  if other ~= me then
    for _, name in ipairs(names) do found[#found + 1] = name end
  end
end
return found
)"),
      .claim = outbox_script(R"(
local f = redis.call('HMGET', call(id), 's', 'w')
if f[1] ~= 'waiting' or f[2] == me then return false end
local heard = redis.call('ZSCORE', alive, f[2])
if heard and tonumber(heard) > now - ARGV[4] then return false end
return take(id)
)"),
  };
}

}  // namespace

const RedisOutboxScripts& redis_outbox_scripts() {
  static const RedisOutboxScripts scripts = make_outbox_scripts();
  return scripts;
}

}  // namespace router::logout
