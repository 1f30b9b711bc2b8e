// Whether Redis is there, and what it has to be told when it is back.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "crypto/random.h"
#include "session/redis_store.h"

namespace router::session {

using base::Task;
using storage::RedisCommand;
using storage::RedisRun;

namespace {

constexpr std::size_t kAssertAtOnce = 1'000;
constexpr std::size_t kUnseenAtOnce = 200;

}  // namespace

void RedisStore::start() {
  *stopped_ = false;
  reach_.forget();
  subscription_->start();
  base::start_detached(look(*this));
}

void RedisStore::stop() {
  *stopped_ = true;
  subscription_->close();
  if (const auto lost = unsaid(); lost > 0) base::log_warning("session.not_said", {{"sessions", lost}});
}

Snapshot RedisStore::last_known(const SessionId& id) {
  const auto now = clock_.steady();
  const auto known = cache_.is_over(id, now) ? std::nullopt : cache_.last_known(id, now);
  return known ? known->session : nullptr;
}

Health RedisStore::health() const {
  if (reach_.is_there()) return {};
  return {false, "Redis is away", false};
}

bool RedisStore::is_cluster() const { return clients_.background()->address().layout == storage::RedisLayout::cluster; }

void RedisStore::look_after() {
  auto& loop = clients_.background()->loop();
  loop.after(kLookEvery, [this, stopped = stopped_] {
    if (*stopped) return;
    base::start_detached(look(*this));
  });
}

Task<void> RedisStore::look(RedisStore& self) {
  const auto stopped = self.stopped_;
  if (!self.is_away()) {
    auto writing = self.write_uses();
    co_await writing;
    if (*stopped) co_return;
  }
  auto asking = self.ask_whether_there();
  const auto answers = co_await asking;
  if (*stopped) co_return;
  self.reach_.note_all(answers);
  if (!self.is_away()) {
    const auto epoch = self.clients_.background()->epoch();
    const bool is_new = std::exchange(self.seen_epoch_, epoch) != epoch;
    auto asserting = self.assert_ended(is_new);
    co_await asserting;
    auto ending = self.end_unseen();
    co_await ending;
  }
  if (!*stopped) self.look_after();
}

// In a cluster keys of many slots, so that one lost server is not the only one that is asked.
Task<std::vector<storage::RedisClient::Answer>> RedisStore::ask_whether_there() {
  std::vector<RedisCommand> questions;
  if (!is_cluster()) {
    questions.push_back(std::move(RedisCommand("PING").repeatable()));
  } else {
    for (unsigned shard = 0; shard < RedisNames::kShards; ++shard)
      questions.push_back(std::move(RedisCommand("EXISTS").key(names_.news(shard)).repeatable()));
  }
  return clients_.background()->ask_all(std::move(questions));
}

// Nobody says told() of them: take_expired() hands them out next. Before they end they are listed, as in end_in_redis().
Task<void> RedisStore::end_unseen() {
  const auto ids = journal_.unseen(kUnseenAtOnce);
  if (ids.empty()) co_return;
  std::vector<std::string> hashes;
  for (const auto& id : ids) hashes.push_back(RedisNames::hash_of(id));
  auto listing = list_untold(redis_scripts().look_in_once, false, std::move(hashes), kUntoldFor);
  const auto listed = co_await listing;
  std::vector<SessionId> again;
  std::vector<SessionId> asked;
  for (std::size_t i = 0; i < ids.size(); ++i) (listed[i] ? asked : again).push_back(ids[i]);
  std::vector<RedisRun> ends;
  for (const auto& id : asked) ends.push_back({names_.session(id), {time_.word(), crypto::random_token(12), ""}});
  auto ending = clients_.run_all(redis_scripts().end, std::move(ends));
  const auto ended = co_await ending;
  std::vector<Snapshot> gone;
  std::vector<News> news;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!ended[i]) {
      again.push_back(asked[i]);
      continue;
    }
    auto session =
        ended[i]->items.size() == 1 ? unseal(ended[i]->items[0].text, RedisNames::hash_of(asked[i])) : nullptr;
    if (!session) continue;
    ++ended_;
    note_over(*session, news);
    gone.push_back(std::move(session));
  }
  journal_.settle_unseen(ids.size(), again);
  if (gone.empty()) co_return;
  auto leaving = leave_to_tell(false, std::move(gone), base::milliseconds::zero(), std::move(news));
  co_await leaving;
}

// `all`: the server may have lost what it knew; else only what it has not been told.
Task<void> RedisStore::assert_ended(bool all) {
  const auto to_say = journal_.to_say(all, clock_.steady());
  for (std::size_t from = 0; from < to_say.size(); from += kAssertAtOnce) {
    const auto to = std::min(to_say.size(), from + kAssertAtOnce);
    std::vector<RedisRun> runs;
    for (auto i = from; i < to; ++i) runs.push_back({names_.session(to_say[i].id), {time_.word()}});
    auto burying = clients_.run_all(redis_scripts().bury, std::move(runs));
    const auto replies = co_await burying;
    std::vector<News> news;
    for (auto i = from; i < to; ++i) {
      if (!replies[i - from]) continue;
      journal_.said(to_say[i].number);
      news.push_back({to_say[i].id, true});
    }
    auto publishing = publish(std::move(news));
    co_await publishing;
  }
}

}  // namespace router::session
