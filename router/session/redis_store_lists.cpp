// The lists beside the sessions: what they are found by, how many there may be, what providers have ended.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "session/redis_store.h"

namespace router::session {

using base::Result;
using base::Task;
using storage::RedisCommand;
using storage::RedisRun;

namespace {

constexpr base::milliseconds kEndedKept = base::minutes(20);
constexpr std::int64_t kMostOfList = 100'000;  // names of one list that are looked at
constexpr std::size_t kReadAtOnce = 256;
constexpr std::int64_t kYoungForMicroseconds = 60'000'000;  // a session of such a name may still be on its way

std::int64_t microseconds_of(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

constexpr auto kIsOlder = [](const auto& a, const auto& b) {
  return std::tie(a.dated.born, a.hash) < std::tie(b.dated.born, b.hash);
};

Position position_of(std::int64_t born, std::string hash) {
  return {static_cast<std::uint64_t>(born), std::move(hash)};
}

// The first `limit` of them, and there are as many.
template <class Found>
bool came_in_before(std::vector<Found>& found, std::size_t limit, std::int64_t time) {
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(limit) - 1;
  std::nth_element(found.begin(), last, found.end(), kIsOlder);
  return last->dated.born < time;
}

// Once there are many more than that, so that it is seldom done.
template <class Found>
void keep_oldest(std::vector<Found>& found, std::size_t most) {
  if (found.size() <= kReadAtOnce || (found.size() - kReadAtOnce) / 2 < most) return;
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(most);
  std::nth_element(found.begin(), end, found.end(), kIsOlder);
  found.erase(end, found.end());
}

}  // namespace

Task<Result<void>> RedisStore::list(Snapshot session) {
  const auto hash = RedisNames::hash_of(session->id);
  std::vector<RedisRun> appends;
  for (auto& name : names_.found_by(*session)) appends.push_back({std::move(name), {time_.word(), hash}});
  if (session->generation == 1) {
    const bool is_limited = session->is_anonymous ? options_.limits.anonymous != 0 : options_.limits.sessions != 0;
    if (is_limited) appends.push_back({names_.born(session->is_anonymous), {time_.word(), hash}});
    if (session->is_anonymous && options_.limits.anonymous_per_address != 0) {
      appends.push_back({names_.home(session->home), {time_.word(), hash}});
    }
    // when to look for the first time: who is used longer is looked at again
    const auto first_look = std::to_string(
        std::min<std::int64_t>(session->idle_timeout.count(), base::milliseconds(base::minutes(15)).count()));
    auto dating = clients_.run(redis_scripts().look_in, names_.due(session->is_anonymous, RedisNames::shard_of(hash)),
                               {time_.word(), hash, first_look}, true);
    const auto dated = co_await dating;
    if (!dated) co_return away(dated.error());
  }
  if (appends.empty()) co_return Result<void>();
  auto appending = clients_.run_all(redis_scripts().append, std::move(appends));
  const auto replies = co_await appending;
  co_return all_done(replies);
}

// Among those whose back-ends have to be told then.
Task<std::vector<storage::RedisClient::Answer>> RedisStore::list_untold(const storage::RedisScript& script,
                                                                        bool anonymous, std::vector<std::string> hashes,
                                                                        base::milliseconds told_in) {
  std::vector<RedisRun> untold;
  for (auto& hash : hashes) {
    auto set = names_.untold(anonymous, RedisNames::shard_of(hash));
    untold.push_back({std::move(set), {time_.word(), std::move(hash), std::to_string(told_in.count())}});
  }
  return clients_.run_all(script, std::move(untold));
}

// Of sessions that are over, and among the untold: out of all other lists.
Task<void> RedisStore::unlist(std::vector<Snapshot> sessions) {
  std::vector<RedisCommand> removals;
  for (const auto& session : sessions) {
    const auto hash = RedisNames::hash_of(session->id);
    const auto shard = RedisNames::shard_of(hash);
    const auto remove_from = [&](const std::string& name) {
      removals.push_back(std::move(RedisCommand("ZREM").key(name).word(hash).repeatable()));
    };
    for (const auto& name : names_.found_by(*session)) remove_from(name);
    remove_from(names_.born(session->is_anonymous));
    if (session->is_anonymous) remove_from(names_.home(session->home));
    remove_from(names_.due(session->is_anonymous, shard));
  }
  auto removing = clients_.ask_all(std::move(removals));
  (void)co_await removing;
}

// Sessions that are over: take_expired() hands them out then, nobody finds them any more, and others hear the news.
Task<void> RedisStore::leave_to_tell(bool anonymous, std::vector<Snapshot> over, base::milliseconds told_in,
                                     std::vector<News> news) {
  std::vector<std::string> hashes;
  for (const auto& session : over) hashes.push_back(RedisNames::hash_of(session->id));
  auto listing = list_untold(redis_scripts().look_in, anonymous, std::move(hashes), told_in);
  (void)co_await listing;
  auto unlisting = unlist(std::move(over));
  co_await unlisting;
  auto publishing = publish(std::move(news));
  co_await publishing;
}

Task<void> RedisStore::keep_limits(Snapshot session) {
  const auto& limits = options_.limits;
  const auto most = session->is_anonymous ? limits.anonymous : limits.sessions;
  if (session->is_anonymous && limits.anonymous_per_address != 0) {
    auto evicting =
        evict_from(names_.home(session->home), true, limits.anonymous_per_address, base::limits::kAnonymousSessions);
    co_await evicting;
  }
  if (most == 0) co_return;
  auto evicting = evict_from(names_.born(session->is_anonymous), session->is_anonymous, most,
                             session->is_anonymous ? base::limits::kAnonymousSessions : base::limits::kSessions);
  co_await evicting;
}

Task<void> RedisStore::evict_from(std::string set, bool anonymous, std::size_t limit, const base::Limit& which) {
  auto asking = clients_.run(redis_scripts().overflow, std::move(set), {time_.word(), std::to_string(limit)});
  const auto over = co_await asking;
  if (!over || over->items.empty()) co_return;
  which.hit();
  std::vector<std::string> hashes;
  for (const auto& item : over->items) hashes.push_back(item.text);
  auto evicting = evict(anonymous, std::move(hashes));
  co_await evicting;
}

Task<void> RedisStore::evict(bool anonymous, std::vector<std::string> hashes) {
  std::vector<RedisRun> runs;
  for (const auto& hash : hashes) runs.push_back({names_.session(hash), {time_.word(), self_, "1"}});
  // before they end, as in end_in_redis()
  auto listing = list_untold(redis_scripts().look_in_once, anonymous, hashes, kUntoldFor);
  (void)co_await listing;
  auto ending = clients_.run_all(redis_scripts().expire, std::move(runs));
  const auto replies = co_await ending;
  std::vector<Snapshot> gone;
  std::vector<News> news;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (!replies[i] || replies[i]->items.size() != 3 || replies[i]->items[0].number != 3) continue;
    auto session = unseal(replies[i]->items[1].text, hashes[i]);
    if (!session) continue;
    note_over(*session, news);
    gone.push_back(std::move(session));
  }
  if (gone.empty()) co_return;
  evicted_ += gone.size();
  auto leaving = leave_to_tell(anonymous, std::move(gone), base::milliseconds::zero(), std::move(news));
  co_await leaving;
}

Task<Result<std::vector<Listed>>> RedisStore::page(SessionFilter filter, std::optional<Position> after,
                                                   std::size_t limit) {
  if (is_away()) co_return not_asked();
  auto lists = names_.found_by(filter);
  const bool looks_at_all = lists.empty();
  if (looks_at_all) {
    for (const bool anonymous : {false, true}) {
      for (unsigned shard = 0; shard < RedisNames::kShards; ++shard) lists.push_back(names_.due(anonymous, shard));
    }
  }
  std::vector<RedisCommand> ranges;
  for (const auto& name : lists) {
    ranges.push_back(
        std::move(RedisCommand("ZRANGE").key(name).number(0).number(kMostOfList - 1).word("WITHSCORES").repeatable()));
  }
  auto ranging = clients_.ask_all(std::move(ranges));
  const auto ranged = co_await ranging;
  struct Named {
    std::string list;
    std::string hash;
    std::int64_t at = 0;
  };
  std::vector<Named> named;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (!ranged[i]) co_return away(ranged[i].error());
    const auto& items = ranged[i]->items;
    for (std::size_t k = 0; k + 1 < items.size(); k += 2) {
      if (seen.insert(items[k].text).second)
        named.push_back({lists[i], items[k].text, items[k + 1].as_number().value_or(0)});
    }
  }
  struct Found {
    Dated dated;
    std::string hash;
  };
  std::vector<Found> found;
  std::vector<RedisCommand> stale;
  const auto now = microseconds_of(clock_.wall());
  // one list that names what it is about is in order itself
  const bool stops_at_limit = filter.any_order || lists.size() == 1;
  const auto is_enough = [&](std::int64_t next_at) {
    if (!stops_at_limit || found.size() < limit) return false;
    // one that was named before another may have come in after it
    return filter.any_order || limit == 0 || came_in_before(found, limit, next_at);
  };
  for (std::size_t from = 0; from < named.size() && !is_enough(named[from].at); from += kReadAtOnce) {
    const auto to = std::min(named.size(), from + kReadAtOnce);
    std::vector<RedisRun> runs;
    for (auto i = from; i < to; ++i) runs.push_back({names_.session(named[i].hash), {time_.word()}});
    auto reading = clients_.run_all(redis_scripts().find, std::move(runs));
    const auto replies = co_await reading;
    for (auto i = from; i < to; ++i) {
      const auto& reply = replies[i - from];
      if (!reply) co_return away(reply.error());
      auto session = dated(*reply, named[i].hash);
      const bool is_gone = !session && !looks_at_all && named[i].at < now - kYoungForMicroseconds;
      if (is_gone) stale.push_back(std::move(RedisCommand("ZREM").key(named[i].list).word(named[i].hash)));
      if (!session || !matches(filter, *session->session)) continue;
      if (after && position_of(session->born, named[i].hash) <= *after) continue;
      if (cache_.is_over(session->session->id, clock_.steady())) continue;
      found.push_back({*std::move(session), named[i].hash});
    }
    keep_oldest(found, limit);
  }
  if (!stale.empty()) {
    auto cleaning = clients_.ask_all(std::move(stale));
    (void)co_await cleaning;
  }
  std::sort(found.begin(), found.end(), kIsOlder);
  std::vector<Listed> listed;
  for (auto& [dated, hash] : found) {
    if (listed.size() == limit) break;
    const auto left = left_of(dated);
    listed.push_back({std::move(dated.session), left, position_of(dated.born, std::move(hash))});
  }
  co_return listed;
}

Task<Result<bool>> RedisStore::has_ended_at_provider(Snapshot session) {
  if (session->is_anonymous) co_return false;
  std::vector<RedisCommand> commands;
  for (const auto& name : names_.ended_before(*session))
    commands.push_back(std::move(RedisCommand("GET").key(name).repeatable()));
  auto asking = clients_.ask_all(std::move(commands));
  const auto started = microseconds_of(session->login_started);
  bool has_ended = false;
  const auto asking_replies = co_await asking;
  for (const auto& reply : asking_replies) {
    if (!reply) co_return away(reply.error());
    const auto at = reply->as_number();
    has_ended = has_ended || (at && started <= *at);
  }
  co_return has_ended;
}

Task<Result<void>> RedisStore::remember_ended(EndedAtProvider ended) {
  if (is_away()) co_return not_asked();
  std::vector<RedisRun> runs;
  const auto note = [&](std::string_view kind, const std::string& name) {
    if (name.empty()) return;
    runs.push_back({names_.ended(kind, ended.issuer, name),
                    {time_.word(), std::to_string(microseconds_of(ended.at)), std::to_string(kEndedKept.count())}});
  };
  if (!ended.is_signed) {
    note("unsigned", ended.idp_session_id);
  } else {
    note("sid", ended.idp_session_id);
    note(ended.idp_session_id.empty() ? "subject" : "without-sid", ended.subject);
  }
  if (runs.empty()) co_return Result<void>();
  auto noting = clients_.run_all(redis_scripts().keep_larger, std::move(runs));
  const auto replies = co_await noting;
  co_return all_done(replies);
}

}  // namespace router::session
