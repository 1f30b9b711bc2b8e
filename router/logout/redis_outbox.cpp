#include "logout/redis_outbox.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "logout/redis_outbox_scripts.h"

namespace router::logout {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;
using storage::RedisReply;
using storage::RedisRun;

namespace {

constexpr base::milliseconds kSettledKept{60'000};
constexpr std::size_t kMostSettled = 100'000;
constexpr std::size_t kMostBuriedOfShard = 10'000 / RedisOutbox::kShards;

std::int64_t milliseconds_of(base::WallTime time) {
  return std::chrono::duration_cast<base::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

RedisOutbox::RedisOutbox(storage::RedisClients& clients, const base::Clock& clock,
                         const crypto::SealingSecrets& secrets, RedisOutboxOptions options)
    : clients_(clients),
      clock_(clock),
      box_(secrets, "outbox.redis"),
      options_(std::move(options)),
      self_(crypto::random_token(12)),
      time_(options_.server_time ? nullptr : &clock) {}

void RedisOutbox::start() {
  *stopped_ = false;
  base::start_detached(beat(*this));
}

std::string RedisOutbox::base_of(unsigned shard) const {
  return options_.prefix + "{calls:" + std::to_string(shard) + "}";
}

// The calls of a logout are in one slot.
unsigned RedisOutbox::shard_of(std::string_view id) {
  return static_cast<unsigned char>(crypto::sha256(id.substr(0, id.rfind('.')))[0]) % kShards;
}

std::string RedisOutbox::base_of(std::string_view id) const { return base_of(shard_of(id)); }

std::string RedisOutbox::seal(const CallRecord& call) const { return box_.seal_bytes(pack(call).reveal(), call.id); }

// Of {b, attempts, due, ...}.
std::optional<Unfinished> RedisOutbox::unseal(const RedisReply& reply, const std::string& id) const {
  if (reply.items.size() < 3) return std::nullopt;
  const auto bytes = box_.open_bytes(reply.items[0].text, id);
  auto call = bytes ? unpack_call(*bytes) : nullptr;
  if (!call) return std::nullopt;
  Unfinished unfinished;
  unfinished.call = std::move(call);
  unfinished.attempts = static_cast<unsigned>(reply.number_at(1));
  unfinished.due = base::WallTime(base::milliseconds(reply.number_at(2)));
  return unfinished;
}

Error RedisOutbox::away(const Error& error) {
  if (is_writable_.exchange(false)) base::log_error("outbox.not_writable", {{"fault", base::describe(error)}});
  return {ErrorCode::unavailable, Side::store, error.detail, true};
}

Result<void> RedisOutbox::heard(const std::vector<storage::RedisClient::Answer>& replies) {
  for (const auto& reply : replies) {
    if (!reply) return away(reply.error());
  }
  is_writable_ = true;
  return {};
}

RedisRun RedisOutbox::run_of(const std::string& id, std::vector<std::string> more) const {
  RedisRun run{base_of(id), {time_.word(), self_, id}};
  for (auto& word : more) run.words.push_back(std::move(word));
  return run;
}

Task<Result<RedisReply>> RedisOutbox::change(const storage::RedisScript& script, std::string id,
                                             std::vector<std::string> more) {
  auto run = run_of(id, std::move(more));
  auto changing = clients_.run(script, std::move(run.key), std::move(run.words));
  auto reply = co_await changing;
  if (!reply) co_return away(reply.error());
  co_return reply;
}

void RedisOutbox::own(const std::string& id, Unfinished unfinished, std::int64_t order) {
  mine_.insert_or_assign(id, Own{std::move(unfinished), order});
}

Task<Result<void>> RedisOutbox::record(std::vector<CallPtr> calls) {
  std::vector<std::string> ids;
  for (auto& call : calls) {
    ids.push_back(call->id);
    if (mine_.contains(call->id)) continue;
    last_order_ =
        std::max(last_order_ + 1,
                 std::chrono::duration_cast<std::chrono::microseconds>(clock_.wall().time_since_epoch()).count());
    const auto id = call->id;
    own(id, Unfinished{std::move(call), 0, clock_.wall()}, last_order_);
  }
  if (!is_writable_) {
    // nobody waits for a Redis that is away; the next beat writes them
    unwritten_.insert(unwritten_.end(), ids.begin(), ids.end());
    co_return Error{ErrorCode::unavailable, Side::store, "Redis is away", true};
  }
  auto writing = write(ids);
  const auto is_written = co_await writing;
  if (!is_written) unwritten_.insert(unwritten_.end(), ids.begin(), ids.end());
  co_return is_written;
}

Task<Result<void>> RedisOutbox::write(std::vector<std::string> ids) {
  std::vector<RedisRun> runs;
  for (const auto& id : ids) {
    const auto found = mine_.find(id);
    if (found == mine_.end()) continue;
    const auto& [unfinished, order] = found->second;
    runs.push_back(run_of(id, {std::to_string(order), seal(*unfinished.call), std::to_string(unfinished.attempts),
                               std::to_string(milliseconds_of(unfinished.due))}));
  }
  if (runs.empty()) co_return Result<void>();
  auto writing = clients_.run_all(redis_outbox_scripts().record, std::move(runs));
  const auto replies = co_await writing;
  co_return heard(replies);
}

Task<Result<void>> RedisOutbox::postpone(std::string id, unsigned attempts, base::WallTime due) {
  if (const auto found = mine_.find(id); found != mine_.end()) {
    found->second.unfinished.attempts = attempts;
    found->second.unfinished.due = due;
  }
  auto changing = change(redis_outbox_scripts().postpone, std::move(id),
                         {std::to_string(attempts), std::to_string(milliseconds_of(due))});
  const auto changed = co_await changing;
  if (!changed) co_return changed.error();
  co_return Result<void>();
}

Task<Result<void>> RedisOutbox::settle(std::string id) {
  mine_.erase(id);
  if (settled_.size() >= kMostSettled) settled_.pop_front();
  settled_.push_back({id, clock_.steady()});
  auto changing = change(redis_outbox_scripts().settle, std::move(id), {});
  const auto changed = co_await changing;
  if (!changed) co_return changed.error();
  co_return Result<void>();
}

Task<Result<void>> RedisOutbox::bury(std::string id, unsigned attempts, std::string reason) {
  auto changing = change(redis_outbox_scripts().bury, id,
                         {std::to_string(attempts), std::move(reason), std::to_string(kMostBuriedOfShard)});
  const auto changed = co_await changing;
  if (!changed) co_return changed.error();
  mine_.erase(id);
  co_return Result<void>();
}

Task<Result<std::vector<Unfinished>>> RedisOutbox::retry(CallFilter which, std::size_t limit) {
  which.state = CallState::buried;
  auto reading = read(which);
  const auto buried = co_await reading;
  if (!buried) co_return buried.error();
  std::vector<Unfinished> taken;
  for (const auto& one : *buried) {
    if (taken.size() >= limit) break;
    auto changing = change(redis_outbox_scripts().retry, one.call.id, {});
    const auto reply = co_await changing;
    if (!reply) co_return reply.error();
    auto unfinished = unseal(*reply, one.call.id);
    if (!unfinished) continue;
    unfinished->attempts = 0;
    unfinished->due = clock_.wall();
    own(one.call.id, *unfinished, one.order);
    taken.push_back(*std::move(unfinished));
  }
  co_return taken;
}

Task<Result<std::vector<Unfinished>>> RedisOutbox::take_left_behind(std::size_t limit) {
  auto saying = say_alive();
  const auto said = co_await saying;
  if (!said) co_return said.error();
  std::vector<RedisRun> looks;
  for (unsigned shard = 0; shard < kShards; ++shard) {
    looks.push_back(
        {base_of(shard), {time_.word(), self_, "", std::to_string(kSilentFor.count()), std::to_string(limit)}});
  }
  auto looking = clients_.run_all(redis_outbox_scripts().silent, std::move(looks));
  const auto silent = co_await looking;
  std::vector<std::pair<std::int64_t, std::string>> found;
  for (const auto& reply : silent) {
    if (!reply) co_return away(reply.error());
    for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2)
      found.emplace_back(reply->number_at(i + 1), reply->items[i].text);
  }
  std::sort(found.begin(), found.end());
  std::vector<Unfinished> taken;
  for (const auto& [order, id] : found) {
    if (taken.size() >= limit) break;
    auto changing = change(redis_outbox_scripts().claim, id, {std::to_string(kSilentFor.count())});
    const auto reply = co_await changing;
    if (!reply) co_return reply.error();
    auto unfinished = unseal(*reply, id);
    if (!unfinished) continue;
    own(id, *unfinished, order);
    taken.push_back(*std::move(unfinished));
  }
  co_return taken;
}

Task<Result<void>> RedisOutbox::say_alive() {
  std::vector<RedisRun> runs;
  for (unsigned shard = 0; shard < kShards; ++shard) runs.push_back({base_of(shard), {time_.word(), self_, ""}});
  auto saying = clients_.run_all(redis_outbox_scripts().alive, std::move(runs));
  const auto replies = co_await saying;
  const auto is_heard = heard(replies);
  if (is_heard) note_others(replies);
  co_return is_heard;
}

// A slot that does not know this process any more has lost all it knew, or this process was silent for long.
void RedisOutbox::note_others(const std::vector<storage::RedisClient::Answer>& replies) {
  std::array<std::int64_t, kShards> own{};
  for (const auto& [id, call] : mine_) ++own[shard_of(id)];
  for (unsigned shard = 0; shard < kShards; ++shard) {
    const bool is_new = replies[shard]->number_at(0) == 1;
    auto& known = others_[shard];
    if (is_new && known) {
      forgotten_[shard] = std::max(forgotten_[shard], *known);
      forgot_at_ = clock_.steady();
    }
    known = std::max<std::int64_t>(replies[shard]->number_at(1) - own[shard], 0);
  }
  if (forgot_at_ && clock_.steady() - *forgot_at_ >= kAccountedAfter) account();
}

void RedisOutbox::account() {
  std::int64_t lost = 0;
  for (unsigned shard = 0; shard < kShards; ++shard)
    lost += std::max<std::int64_t>(forgotten_[shard] - others_[shard].value_or(0), 0);
  forgotten_ = {};
  forgot_at_.reset();
  if (lost == 0) return;
  lost_total_ += static_cast<std::uint64_t>(lost);
  base::log_error("outbox.calls_lost", {{"calls", lost}, {"consequence", "Redis has lost them, nobody makes them"}});
}

// Sooner where something waits for it.
void RedisOutbox::beat_later() {
  clients_.background()->loop().after(kBeatEvery / kLooksOfBeat, [this, stopped = stopped_] {
    if (*stopped) return;
    const bool is_due = ++looks_ % kLooksOfBeat == 0 || !is_writable_ || !unwritten_.empty();
    is_due ? base::start_detached(beat(*this)) : beat_later();
  });
}

Task<void> RedisOutbox::beat(RedisOutbox& self) {
  const auto stopped = self.stopped_;
  auto saying = self.say_alive();
  const auto said = co_await saying;
  if (*stopped) co_return;
  const auto epoch = self.clients_.background()->epoch();
  if (said && (epoch != self.seen_epoch_ || !self.unwritten_.empty())) {
    self.seen_epoch_ = epoch;
    auto writing = self.write_again();
    co_await writing;
  }
  if (!*stopped) self.beat_later();
}

// All that this process has to do; what is there already stays as it is.
Task<void> RedisOutbox::write_again() {
  const auto now = clock_.steady();
  while (!settled_.empty() && now - settled_.front().at > kSettledKept) settled_.pop_front();
  std::vector<RedisRun> settled;
  for (const auto& one : settled_) settled.push_back(run_of(one.id, {}));
  if (!settled.empty()) {
    auto settling = clients_.run_all(redis_outbox_scripts().settle, std::move(settled));
    const auto replies = co_await settling;
  }
  std::vector<std::string> ids;
  for (const auto& [id, own] : mine_) ids.push_back(id);
  auto unwritten = std::exchange(unwritten_, {});
  auto writing = write(std::move(ids));
  const auto is_written = co_await writing;
  if (!is_written) unwritten_.insert(unwritten_.end(), unwritten.begin(), unwritten.end());
}

}  // namespace router::logout
