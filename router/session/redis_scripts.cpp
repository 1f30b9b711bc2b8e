#include "session/redis_scripts.h"

#include <string>

namespace router::session {
namespace {

// A session whose router is gone for good does not stay for ever; a tombstone is kept longer than any request runs.
const std::string kHead = R"(
local key, now = KEYS[1], tonumber(ARGV[1])
local t = redis.call('TIME')
if now == 0 then now = t[1] * 1000 + math.floor(t[2] / 1000) end
local KEPT, BURIED = 7 * 86400000, 600000
)";

storage::RedisScript script(const char* body) { return storage::RedisScript(kHead + body); }

RedisScripts make_redis_scripts() {
  return {
      .create = script(R"(
if redis.call('EXISTS', key) == 1 then return 0 end
local idle, left = tonumber(ARGV[4]), tonumber(ARGV[5])
local latest = left >= 0 and now + left or 0
local ends = now + idle
if latest > 0 and ends > latest then ends = latest end
redis.call('HSET', key, 'b', ARGV[2], 'g', ARGV[3], 'd', ends, 'i', idle, 'm', latest, 'e', ARGV[6],
  'o', t[1] * 1000000 + t[2])
redis.call('PEXPIRE', key, ends - now + KEPT)
return ends - now
)"),
      .find = script(R"(
local f = redis.call('HMGET', key, 'b', 'd', 'm', 'x', 'o')
if not f[1] or f[4] or tonumber(f[2]) <= now then return false end
local latest = tonumber(f[3])
return {f[1], f[2] - now, latest > 0 and latest - now or -1, f[5]}
)"),
      .used = script(R"(
local f = redis.call('HMGET', key, 'd', 'i', 'm', 'x')
if not f[1] or f[4] or tonumber(f[1]) <= now then return -1 end
local ends, latest = now - ARGV[2] + f[2], tonumber(f[3])
if latest > 0 and ends > latest then ends = latest end
if ends <= tonumber(f[1]) then return f[1] - now end
redis.call('HSET', key, 'd', ends)
redis.call('PEXPIRE', key, ends - now + KEPT)
return ends - now
)"),
      .replace = script(R"(
local f = redis.call('HMGET', key, 'g', 'd', 'i', 'm', 'e', 'x')
if not f[1] or f[6] or tonumber(f[2]) <= now or f[1] ~= ARGV[2] then return -1 end
local ends, idle, left = tonumber(f[2]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('HSET', key, 'b', ARGV[3], 'g', f[1] + 1)
if tonumber(f[3]) ~= idle or f[5] ~= ARGV[6] then
  local last = f[2] == f[4] and now or ends - f[3]
  local latest = left >= 0 and now + left or 0
  ends = last + idle
  if latest > 0 and ends > latest then ends = latest end
  redis.call('HSET', key, 'd', ends, 'i', idle, 'm', latest, 'e', ARGV[6])
  redis.call('PEXPIRE', key, math.max(ends - now, 0) + KEPT)
end
return math.max(ends - now, 0)
)"),
      .end = script(R"(
local f = redis.call('HMGET', key, 'b', 'd', 'x', 'w')
if f[3] then return f[4] == ARGV[2] and f[1] and {f[1]} or false end
if not f[1] or tonumber(f[2]) <= now then return false end
redis.call('HSET', key, 'x', 1, 'w', ARGV[2], 'n', ARGV[3])
redis.call('HDEL', key, 'd')
redis.call('PEXPIRE', key, KEPT)
return {f[1]}
)"),
      .bury = script(R"(
if redis.call('HEXISTS', key, 'x') == 1 then return 0 end
redis.call('DEL', key)
redis.call('HSET', key, 'x', 1)
redis.call('PEXPIRE', key, BURIED)
return 1
)"),
      .expire = script(R"(
local f = redis.call('HMGET', key, 'b', 'd', 'x', 'o')
if not f[1] then return {0} end
if f[3] then
  redis.call('HSET', key, 'w', ARGV[2])
  return {2, f[1], f[4]}
end
if ARGV[3] ~= '1' and tonumber(f[2]) > now then return {1, f[2]} end
redis.call('HSET', key, 'x', 1, 'w', ARGV[2])
redis.call('HDEL', key, 'd')
redis.call('PEXPIRE', key, KEPT)
return {3, f[1], f[4]}
)"),
      .told = script(R"(
if redis.call('HEXISTS', key, 'x') == 0 then return 0 end
redis.call('HDEL', key, 'b')
redis.call('PEXPIRE', key, BURIED)
return 1
)"),
      .claim = script(R"(
local names = redis.call('ZRANGE', key, '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[2])
local again = string.format('%.0f', now + ARGV[3])
for _, name in ipairs(names) do redis.call('ZADD', key, again, name) end
return {again, names}
)"),
      .let_go = script(R"(
local again = redis.call('ZSCORE', key, ARGV[2])
if not again or tonumber(again) ~= tonumber(ARGV[3]) then return 0 end
return redis.call('ZREM', key, ARGV[2])
)"),
      .look_in = script("return redis.call('ZADD', key, now + ARGV[3], ARGV[2])"),
      .look_in_once = script(R"(
if redis.call('ZSCORE', key, ARGV[2]) then
  redis.call('ZINCRBY', key, 1, ARGV[2])
  return 0
end
return redis.call('ZADD', key, now + ARGV[3], ARGV[2])
)"),
      .due = script("return redis.call('ZCOUNT', key, '-inf', now)"),
      .overflow = script(R"(
local more = redis.call('ZCARD', key) - tonumber(ARGV[2])
if more <= 0 then return {} end
local names = {}
local taken = redis.call('ZPOPMIN', key, more)
for i = 1, #taken, 2 do names[#names + 1] = taken[i] end
return names
)"),
      .keep_larger = script(R"(
local before = tonumber(redis.call('GET', key) or '-1')
redis.call('SET', key, string.format('%.0f', math.max(before, tonumber(ARGV[2]))), 'PX', ARGV[3])
return 1
)"),
      .append = script("return redis.call('ZADD', key, 'NX', t[1] * 1000000 + t[2], ARGV[2])"),
      .note = script(R"(
local f = redis.call('HMGET', key, 'v', 'u')
local lives = f[2] and tonumber(f[2]) > now
local what, ttl = ARGV[2], tonumber(ARGV[3])
local function put(value, ends)
  redis.call('HSET', key, 'v', value, 'u', ends)
  redis.call('PEXPIRE', key, math.max(ends - now, 1))
end
if what == 'once' then
  if lives then return 0 end
  put(1, now + ttl)
  return 1
elseif what == 'keep' then
  put(ARGV[4], now + ttl)
  return 1
elseif what == 'take' then
  redis.call('DEL', key)
  return lives and f[1] or false
end
local count, ends, more = lives and tonumber(f[1]) or 0, lives and tonumber(f[2]) or now + ttl, tonumber(ARGV[4])
if more > 0 then put(count + more, ends) end
if count + more == 0 then return {0, 0} end
return {count + more, ends - now}
)"),
      .lease = script(R"(
local f = redis.call('HMGET', key, 'f', 'u')
local held = f[2] and tonumber(f[2]) > now
local what, ttl = ARGV[2], tonumber(ARGV[3])
if what == 'take' then
  if held then return 0 end
  -- larger than any before, also where all that was known has been lost
  local fence = math.max(tonumber(f[1] or '0') + 1, now)
  redis.call('HSET', key, 'f', string.format('%.0f', fence), 'u', now + ttl)
  redis.call('PEXPIRE', key, ttl + KEPT)
  return fence
end
if not held or f[1] ~= ARGV[4] then return 0 end
redis.call('HSET', key, 'u', what == 'extend' and now + ttl or 0)
redis.call('PEXPIRE', key, ttl + KEPT)
return 1
)"),
  };
}

}  // namespace

const RedisScripts& redis_scripts() {
  static const RedisScripts scripts = make_redis_scripts();
  return scripts;
}

}  // namespace router::session
