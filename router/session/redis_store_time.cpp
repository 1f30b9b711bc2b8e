// What time does to the sessions in Redis: how much of it is left, those that are over, those whose back-ends nobody has
// told; and news of other replicas.
#include <algorithm>
#include <utility>

#include "session/redis_store.h"

namespace router::session {

using base::Result;
using base::Task;
using storage::RedisCommand;
using storage::RedisRun;

namespace {

// Of one take_expired(); most of what is due may turn out to live on.
constexpr int kMostRounds = 40;

}  // namespace

Task<Result<std::optional<base::milliseconds>>> RedisStore::time_left(SessionId id) {
  if (cache_.is_over(id, clock_.steady())) co_return std::optional<base::milliseconds>();
  auto reading = read(id);
  const auto found = co_await reading;
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<base::milliseconds>();
  co_return std::optional<base::milliseconds>(left_of(**found));
}

// With the uses that are not written yet.
base::milliseconds RedisStore::left_of(const Dated& found) {
  const auto now = clock_.steady();
  const auto known = cache_.last_known(found.session->id, now);
  if (!known) return found.left;
  return std::max(found.left, std::chrono::duration_cast<base::milliseconds>(known->ends - now));
}

Task<Result<std::vector<RedisStore::Claimed>>> RedisStore::claim(bool anonymous, std::size_t limit) {
  std::vector<Claimed> sets;
  const auto first = next_shard_++;
  for (const bool untold : {true, false}) {
    for (unsigned i = 0; i < RedisNames::kShards; ++i) {
      const auto shard = (first + i) % RedisNames::kShards;
      sets.push_back({untold ? names_.untold(anonymous, shard) : names_.due(anonymous, shard), untold, {}});
    }
  }
  std::vector<RedisRun> looks;
  for (const auto& set : sets) looks.push_back({set.set, {time_.word()}});
  auto looking = clients_.run_all(redis_scripts().due, std::move(looks));
  const auto due = co_await looking;
  std::vector<Claimed> claimed;
  for (std::size_t i = 0; i < sets.size() && claimed.size() < limit; ++i) {
    if (!due[i]) co_return away(due[i].error());
    if (due[i]->number <= 0) continue;
    auto claiming =
        clients_.run(redis_scripts().claim, sets[i].set,
                     {time_.word(), std::to_string(limit - claimed.size()), std::to_string(kUntoldFor.count())});
    const auto reply = co_await claiming;
    if (!reply) co_return away(reply.error());
    const auto* const names = reply->item(1);
    if (names == nullptr) continue;
    for (const auto& name : names->items) {
      claimed.push_back(sets[i]);
      claimed.back().hash = name.text;
      claimed.back().until = reply->items[0].text;
    }
  }
  co_return claimed;
}

Task<Result<std::vector<Snapshot>>> RedisStore::expire(bool anonymous, std::vector<Claimed> claimed) {
  std::vector<Dated> over;
  std::vector<Snapshot> ended;
  std::vector<News> news;
  std::vector<RedisCommand> corrections;
  std::vector<RedisRun> let_go;
  std::vector<RedisRun> runs;
  for (const auto& one : claimed) runs.push_back({names_.session(one.hash), {time_.word(), self_, "0"}});
  auto looking = clients_.run_all(redis_scripts().expire, std::move(runs));
  const auto replies = co_await looking;
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    const auto& one = claimed[i];
    // what could not be asked comes up again
    if (!replies[i] || replies[i]->items.empty()) continue;
    const auto& items = replies[i]->items;
    const auto state = items[0].number;
    // whoever was about to end it has not, or does so now
    if (state == 1 && one.was_untold) {
      let_go.push_back({one.set, {time_.word(), one.hash, one.until}});
      continue;
    }
    if (state == 1 && items.size() == 2) {
      corrections.push_back(std::move(RedisCommand("ZADD").key(one.set).word(items[1].text).word(one.hash)));
      continue;
    }
    auto session = items.size() == 3 ? unseal(items[1].text, one.hash) : nullptr;
    if (!session) {
      let_go.push_back({one.set, {time_.word(), one.hash, one.until}});
      continue;
    }
    // handed out before, and told by nobody: it stays among the untold until somebody is
    if (state == 3 || !one.was_untold) ended.push_back(session);
    if (state == 3) {
      ++expired_;
      note_over(*session, news);
    }
    over.push_back({std::move(session), items[2].as_number().value_or(0), {}});
  }
  if (!corrections.empty()) {
    auto correcting = clients_.ask_all(std::move(corrections));
    (void)co_await correcting;
  }
  if (!let_go.empty()) {
    auto letting = clients_.run_all(redis_scripts().let_go, std::move(let_go));
    (void)co_await letting;
  }
  if (!ended.empty()) {
    auto leaving = leave_to_tell(anonymous, std::move(ended), kUntoldFor, std::move(news));
    co_await leaving;
  }
  std::sort(over.begin(), over.end(), [](const Dated& a, const Dated& b) { return a.born < b.born; });
  std::vector<Snapshot> sessions;
  for (auto& one : over) sessions.push_back(std::move(one.session));
  co_return sessions;
}

Task<Result<std::vector<Snapshot>>> RedisStore::take_expired(std::size_t limit) {
  auto writing = write_uses();
  co_await writing;
  std::vector<Snapshot> over;
  // anonymous ones last: a flood of these keeps nobody else waiting
  for (const bool anonymous : {false, true}) {
    // what turns out to live costs nobody else its turn
    bool has_more = true;
    for (int rounds = 0; rounds < kMostRounds && has_more && over.size() < limit; ++rounds) {
      const auto wanted = limit - over.size();
      auto claiming = claim(anonymous, wanted);
      auto claimed = co_await claiming;
      if (!claimed && over.empty()) co_return claimed.error();
      if (!claimed || claimed->empty()) break;
      has_more = claimed->size() >= wanted;
      auto expiring = expire(anonymous, *std::move(claimed));
      auto some = co_await expiring;
      if (!some) break;
      over.insert(over.end(), some->begin(), some->end());
    }
  }
  co_return over;
}

Task<Result<void>> RedisStore::told(std::vector<SessionId> ids) {
  if (ids.empty()) co_return Result<void>();
  if (is_away()) co_return not_asked();
  std::vector<RedisRun> runs;
  std::vector<RedisCommand> removals;
  for (const auto& id : ids) {
    const auto hash = RedisNames::hash_of(id);
    runs.push_back({names_.session(hash), {time_.word()}});
    for (const bool anonymous : {false, true}) {
      removals.push_back(std::move(
          RedisCommand("ZREM").key(names_.untold(anonymous, RedisNames::shard_of(hash))).word(hash).repeatable()));
    }
  }
  auto telling = clients_.run_all(redis_scripts().told, std::move(runs));
  const auto replies = co_await telling;
  if (const auto done = all_done(replies); !done) co_return done;
  auto removing = clients_.ask_all(std::move(removals));
  (void)co_await removing;
  co_return Result<void>();
}

Task<Result<Counts>> RedisStore::counts() {
  std::vector<RedisCommand> commands;
  for (const bool anonymous : {false, true}) {
    for (unsigned shard = 0; shard < RedisNames::kShards; ++shard) {
      commands.push_back(std::move(RedisCommand("ZCARD").key(names_.due(anonymous, shard)).repeatable()));
    }
  }
  auto counting = clients_.ask_all(std::move(commands));
  const auto replies = co_await counting;
  Counts counts{.created = created_, .ended = ended_, .expired = expired_, .evicted = evicted_};
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i]) co_return away(replies[i].error());
    const auto number = static_cast<std::uint64_t>(replies[i]->number);
    counts.live += number;
    if (i >= RedisNames::kShards) counts.anonymous += number;
  }
  co_return counts;
}

// Who, what, and the id, sealed: "<self>o<sealed>".
Task<void> RedisStore::publish(std::vector<News> news) {
  const bool is_in_cluster = is_cluster();
  std::vector<RedisCommand> commands;
  for (const auto& one : news) {
    const auto channel = names_.news(RedisNames::shard_of(RedisNames::hash_of(one.id)));
    const auto message = self_ + (one.is_over ? "o" : "c") + box_.seal_bytes(one.id.reveal(), "news");
    commands.push_back(
        std::move(RedisCommand(is_in_cluster ? "SPUBLISH" : "PUBLISH").key(channel).word(message).repeatable()));
  }
  auto publishing = clients_.ask_all(std::move(commands));
  (void)co_await publishing;
}

void RedisStore::hear(const std::string& message) {
  if (message.size() <= self_.size() || message.starts_with(self_)) return;
  const char what = message[self_.size()];
  const auto plain = box_.open_bytes(message.substr(self_.size() + 1), "news");
  const auto id = plain ? SessionId::parse(*plain) : std::nullopt;
  if (!id || (what != 'o' && what != 'c')) return;
  const News news{*id, what == 'o'};
  news.is_over ? cache_.bury(*id, clock_.steady()) : cache_.forget(*id, clock_.steady());
  if (on_news_) on_news_(news);
}

void RedisStore::note_ended(const SessionId& id, bool is_said) {
  const auto now = clock_.steady();
  cache_.bury(id, now);
  journal_.note(id, is_said, now);
}

void RedisStore::note_over(const Session& session, std::vector<News>& news) {
  note_ended(session.id, true);
  news.push_back({session.id, true});
  if (!session.anonymous_before.empty()) news.push_back({session.anonymous_before, true});
}

}  // namespace router::session
