#include "logout/redis_receipt_book.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/packed.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace router::logout {

using base::Result;
using base::Task;
using storage::RedisCommand;
using storage::RedisRun;
using storage::RedisScript;

namespace {

constexpr std::size_t kWrittenAtOnce = 64;
constexpr std::size_t kMostUnwritten = 20'000;
constexpr std::size_t kMostUnwrittenBytes = 64 * 1024 * 1024;
constexpr base::milliseconds kSketchKept{10 * 60'000};
constexpr base::milliseconds kFlushPoll{10};
constexpr base::milliseconds kAskedFor{1'000};
// The largest number that a sorted set has exactly.
constexpr std::uint64_t kLargestPlace = std::uint64_t{1} << 53;

struct ReceiptScripts {
  RedisScript append;
  RedisScript sketch;
  RedisScript newest;
  RedisScript keep_key;
  RedisScript keys;
};

// The order of the book: microseconds, of which the last four bits say the slot, so that no two places are the same.
const ReceiptScripts& receipt_scripts() {
  static const ReceiptScripts scripts{.append = RedisScript(R"(
local base, id, name, kept = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[5])
local of = base .. ':of:' .. id
if redis.call('HSETNX', of, name, ARGV[3]) == 0 then return 0 end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local place = now - now % 16 + ARGV[4]
local last = tonumber(redis.call('ZRANGE', base, -1, -1, 'WITHSCORES')[2] or '0')
if place <= last then place = last + 16 end
redis.call('ZADD', base, string.format('%.0f', place), id .. ' ' .. name)
redis.call('ZREMRANGEBYSCORE', base, '-inf', string.format('%.0f', now - kept * 1000))
redis.call('PEXPIRE', base, kept)
redis.call('HSET', of, 'newest', name)
redis.call('PEXPIRE', of, kept)
redis.call('DEL', base .. ':open:' .. id)
return 1
)"),
                                      .sketch = RedisScript(R"(
return redis.call('SET', KEYS[1] .. ':open:' .. ARGV[1], ARGV[2], 'PX', ARGV[3])
)"),
                                      .newest = RedisScript(R"(
local of = KEYS[1] .. ':of:' .. ARGV[1]
local name = redis.call('HGET', of, 'newest')
return name and redis.call('HGET', of, name)
)"),
                                      .keep_key = RedisScript(R"(
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[1] .. ':until', t[1] + ARGV[3], ARGV[1])
for _, old in ipairs(redis.call('ZRANGE', KEYS[1] .. ':until', '-inf', t[1], 'BYSCORE')) do
  redis.call('HDEL', KEYS[1], old)
  redis.call('ZREM', KEYS[1] .. ':until', old)
end
return 1
)"),
                                      .keys = RedisScript("return redis.call('HGETALL', KEYS[1])")};
  return scripts;
}

std::string name_of(const SignedReceipt& receipt) { return receipt.chain + "." + std::to_string(receipt.number); }

}  // namespace

unsigned RedisReceiptBook::shard_of(std::string_view logout_id) {
  return static_cast<unsigned char>(crypto::sha256(logout_id)[0]) % kShards;
}

std::string RedisReceiptBook::base_of(unsigned shard) const {
  return options_.prefix + "{receipts:" + std::to_string(shard) + "}";
}

std::string RedisReceiptBook::key_of(std::string_view logout_id, std::string_view what) const {
  return base_of(shard_of(logout_id)).append(":").append(what).append(":").append(logout_id);
}

RedisRun RedisReceiptBook::run_of(const SignedReceipt& receipt) const {
  base::Packer packer;
  packer(receipt);
  const auto shard = shard_of(receipt.logout_id);
  const auto kept = std::chrono::duration_cast<base::milliseconds>(options_.kept).count();
  return {base_of(shard),
          {receipt.logout_id, name_of(receipt), box_.seal_bytes(packer.take().reveal(), receipt.logout_id),
           std::to_string(shard), std::to_string(kept)}};
}

std::optional<SignedReceipt> RedisReceiptBook::unseal(const std::string& sealed, const std::string& logout_id) const {
  const auto bytes = box_.open_bytes(sealed, logout_id);
  if (!bytes) return std::nullopt;
  SignedReceipt receipt;
  base::Unpacker unpacker(*bytes);
  unpacker(receipt);
  return unpacker.is_whole() ? std::optional(std::move(receipt)) : std::nullopt;
}

Task<Result<base::Secret>> RedisReceiptBook::signing_key(base::Secret made) {
  const auto name = keys_key() + ":signing";
  RedisCommand keep("SET");
  keep.key(name).word(box_.seal_bytes(made.reveal(), "signing key")).word("NX").repeatable();
  auto keeping = clients_.ask(std::move(keep));
  const auto kept = co_await keeping;
  if (!kept) co_return kept.error();
  RedisCommand get("GET");
  get.key(name).repeatable();
  auto asking = clients_.ask(std::move(get));
  const auto found = co_await asking;
  if (!found) co_return found.error();
  auto key = box_.open_bytes(found->text, "signing key");
  if (!key) {
    co_return base::Error{base::ErrorCode::internal, base::Side::store,
                          "the key in Redis is of another SESSION_SECRET"};
  }
  co_return base::Secret(*std::move(key));
}

void RedisReceiptBook::append(SignedReceipt receipt, ChainHead) {
  unwritten_bytes_ += receipt.jws.size();
  unwritten_.push_back(std::move(receipt));
  while (unwritten_.size() > kMostUnwritten || (unwritten_bytes_ > kMostUnwrittenBytes && unwritten_.size() > 1)) {
    base::log_error("logout.receipt_lost", {{"logout_id", unwritten_.front().logout_id}});
    unwritten_bytes_ -= unwritten_.front().jws.size();
    unwritten_.pop_front();
  }
  write_soon();
}

void RedisReceiptBook::write_soon() {
  if (*stopped_ || std::exchange(writes_, true)) return;
  base::start_detached(write(*this));
}

// What was written already is left as it is.
Task<void> RedisReceiptBook::write(RedisReceiptBook& self) {
  const auto stopped = self.stopped_;
  while (!self.unwritten_.empty()) {
    std::vector<std::string> names;
    std::vector<RedisRun> runs;
    for (const auto& receipt : self.unwritten_) {
      if (runs.size() == kWrittenAtOnce) break;
      names.push_back(name_of(receipt));
      runs.push_back(self.run_of(receipt));
    }
    auto writing = self.clients_.run_all(receipt_scripts().append, std::move(runs));
    const auto replies = co_await writing;
    if (*stopped) co_return;
    const auto failed =
        std::find_if(replies.begin(), replies.end(), [](const auto& reply) { return !reply.has_value(); });
    if (failed != replies.end()) {
      if (!std::exchange(self.is_away_, true))
        base::log_warning("logout.receipt_book", {{"fault", describe(failed->error())}});
      self.clients_.background()->loop().after(kTriedAgainAfter, [&self, stopped] {
        if (!*stopped) base::start_detached(write(self));
      });
      co_return;
    }
    self.is_away_ = false;
    for (const auto& name : names) {
      // some may have been lost meanwhile
      if (self.unwritten_.empty() || name_of(self.unwritten_.front()) != name) continue;
      self.unwritten_bytes_ -= self.unwritten_.front().jws.size();
      self.unwritten_.pop_front();
    }
  }
  self.writes_ = false;
}

Task<void> RedisReceiptBook::flush(base::milliseconds at_most) {
  auto waiting = wait_until_written(at_most);
  co_await waiting;
  if (!unwritten_.empty()) base::log_error("logout.receipts_not_written", {{"receipts", unwritten_.size()}});
}

Task<void> RedisReceiptBook::wait_until_written(base::milliseconds at_most) {
  if (unwritten_.empty()) co_return;
  auto& loop = clients_.background()->loop();
  const auto over = std::make_shared<bool>(false);
  loop.after(at_most, [over] { *over = true; });
  while (!unwritten_.empty() && !*over) co_await base::sleep_for(loop, kFlushPoll);
}

// Nobody waits for it, and what does not come through is told anew soon.
Task<void> RedisReceiptBook::tell(RedisReceiptBook& self, RedisRun run, const RedisScript& script) {
  auto telling = self.clients_.run(script, std::move(run.key), std::move(run.words), true);
  (void)co_await telling;
}

void RedisReceiptBook::sketch(std::string logout_id, std::string receipt) {
  if (*stopped_) return;
  auto sealed = box_.seal_bytes(receipt, logout_id);
  RedisRun run{base_of(shard_of(logout_id)), {std::move(logout_id), std::move(sealed)}};
  run.words.push_back(std::to_string(kSketchKept.count()));
  base::start_detached(tell(*this, std::move(run), receipt_scripts().sketch));
}

void RedisReceiptBook::keep_key(std::string kid, std::string jwks) {
  if (*stopped_) return;
  keys_.insert_or_assign(std::move(kid), PublicKey{std::move(jwks), false});
  base::start_detached(tell_keys(*this));
  if (!std::exchange(looks_after_keys_, true)) look_after_keys();
}

void RedisReceiptBook::look_after_keys() {
  clients_.background()->loop().after(kTriedAgainAfter, [this, stopped = stopped_] {
    if (*stopped) return;
    base::start_detached(tell_keys(*this));
    look_after_keys();
  });
}

// Those that Redis has not confirmed; all, where it may have lost them.
Task<void> RedisReceiptBook::tell_keys(RedisReceiptBook& self) {
  const auto stopped = self.stopped_;
  const auto epoch = self.clients_.background()->epoch();
  const bool is_new = std::exchange(self.seen_epoch_, epoch) != epoch;
  const auto kept = std::chrono::duration_cast<std::chrono::seconds>(self.options_.kept + kReceiptKeyMargin).count();
  std::vector<std::string> kids;
  std::vector<RedisRun> runs;
  for (auto& [kid, key] : self.keys_) {
    if (is_new) key.is_kept = false;
    if (key.is_kept) continue;
    kids.push_back(kid);
    runs.push_back({self.keys_key(), {kid, self.box_.seal_bytes(key.jwks, kid), std::to_string(kept)}});
  }
  if (runs.empty()) co_return;
  auto telling = self.clients_.run_all(receipt_scripts().keep_key, std::move(runs));
  const auto replies = co_await telling;
  if (*stopped) co_return;
  for (std::size_t i = 0; i < kids.size(); ++i) {
    if (replies[i]) self.keys_[kids[i]].is_kept = true;
  }
}

const SignedReceipt* RedisReceiptBook::unwritten(std::string_view logout_id) const {
  const auto found = std::find_if(unwritten_.rbegin(), unwritten_.rend(),
                                  [&](const SignedReceipt& receipt) { return receipt.logout_id == logout_id; });
  return found == unwritten_.rend() ? nullptr : &*found;
}

Task<Result<std::optional<SignedReceipt>>> RedisReceiptBook::find(std::string logout_id) {
  if (const auto* newest = unwritten(logout_id)) co_return std::optional(*newest);
  auto asking = clients_.run(receipt_scripts().newest, base_of(shard_of(logout_id)), {logout_id}, true);
  const auto reply = co_await asking;
  if (!reply) co_return reply.error();
  co_return unseal(reply->text, logout_id);
}

Task<Result<std::optional<std::string>>> RedisReceiptBook::find_sketch(std::string logout_id) {
  // which is newer
  if (unwritten(logout_id) != nullptr) co_return std::optional<std::string>();
  RedisCommand get("GET");
  get.key(key_of(logout_id, "open")).repeatable();
  auto asking = clients_.ask(std::move(get));
  const auto reply = co_await asking;
  if (!reply) co_return reply.error();
  co_return box_.open_bytes(reply->text, logout_id);
}

// Newest first.
Task<Result<std::vector<RedisReceiptBook::Placed>>> RedisReceiptBook::places(std::string before, std::size_t limit) {
  std::vector<RedisCommand> ranges;
  for (unsigned shard = 0; shard < kShards; ++shard) {
    RedisCommand range("ZRANGE");
    range.key(base_of(shard)).word(before).word("-inf").word("BYSCORE").word("REV").word("LIMIT").number(0);
    ranges.push_back(std::move(range.number(static_cast<std::int64_t>(limit)).word("WITHSCORES").repeatable()));
  }
  auto ranging = clients_.ask_all(std::move(ranges));
  const auto ranged = co_await ranging;
  std::vector<Placed> found;
  for (const auto& reply : ranged) {
    if (!reply) co_return reply.error();
    for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
      const auto named = base::cut(reply->items[i].text, ' ');
      found.push_back({static_cast<std::uint64_t>(reply->number_at(i + 1)), std::string(named.before),
                       std::string(named.after.value_or(""))});
    }
  }
  std::sort(found.begin(), found.end(), [](const Placed& a, const Placed& b) { return a.place > b.place; });
  co_return found;
}

Task<Result<ReceiptPage>> RedisReceiptBook::page(std::optional<std::uint64_t> before, std::size_t limit) {
  ReceiptPage page;
  // whoever asks after an append finds it; that Redis is away is said already
  auto waiting = wait_until_written(kAskedFor);
  co_await waiting;
  const bool is_newest = !before || *before >= kLargestPlace;
  auto placing = places(is_newest ? "+inf" : "(" + std::to_string(*before), limit);
  auto placed = co_await placing;
  if (!placed) co_return placed.error();
  // a slot answers with no more than `limit`, and so do we: what is beyond may be known to be there
  const bool is_last = placed->size() < limit;
  if (placed->size() > limit) placed->resize(limit);
  if (!is_last && !placed->empty()) page.next = placed->back().place;
  std::vector<RedisCommand> reads;
  for (const auto& one : *placed)
    reads.push_back(std::move(RedisCommand("HGET").key(key_of(one.logout_id, "of")).word(one.name).repeatable()));
  auto reading = clients_.ask_all(std::move(reads));
  const auto replies = co_await reading;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i]) co_return replies[i].error();
    if (auto receipt = unseal(replies[i]->text, (*placed)[i].logout_id)) page.receipts.push_back(*std::move(receipt));
  }
  co_return page;
}

Task<Result<std::vector<std::string>>> RedisReceiptBook::keys() {
  auto asking = clients_.run(receipt_scripts().keys, keys_key(), {}, true);
  const auto reply = co_await asking;
  if (!reply) co_return reply.error();
  std::vector<std::string> all;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    if (auto jwks = box_.open_bytes(reply->items[i + 1].text, reply->items[i].text)) all.push_back(*std::move(jwks));
  }
  co_return all;
}

}  // namespace router::logout
