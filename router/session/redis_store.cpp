#include "session/redis_store.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "crypto/random.h"
#include "session/session_record.h"

namespace router::session {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;
using storage::RedisCommand;

namespace {

constexpr base::milliseconds kLongestLife = std::chrono::hours(24 * 365 * 10);

Error session_over() { return {ErrorCode::not_found, Side::store, "the session is over"}; }

Error used_before() { return {ErrorCode::conflict, Side::store, "the session id has been used already"}; }

Error ended_at_provider_before() {
  return {ErrorCode::conflict, Side::store, "the provider has ended this session already"};
}

}  // namespace

RedisStore::RedisStore(storage::RedisClients& clients, const base::Clock& clock, const crypto::SealingSecrets& secrets,
                       RedisStoreOptions options)
    : clients_(clients),
      clock_(clock),
      box_(secrets, "session.redis"),
      options_(std::move(options)),
      names_(options_.prefix),
      self_(crypto::random_token(12)),
      time_(options_.server_time ? nullptr : &clock),
      reach_(clients.background()->address().layout),
      shared_(clients, names_, box_, time_, reach_) {
  subscription_ = std::make_shared<storage::RedisSubscription>(
      clients_.background(), clock_, names_.all_news(),
      [this](const std::string&, const std::string& message) { hear(message); });
}

RedisStore::~RedisStore() { *stopped_ = true; }

Result<void> RedisStore::all_done(const std::vector<storage::RedisClient::Answer>& replies) {
  for (const auto& reply : replies) {
    if (!reply) return away(reply.error());
  }
  return {};
}

std::string RedisStore::seal(const Session& session, std::string_view hash) const {
  return box_.seal_bytes(pack(session).reveal(), hash);
}

Snapshot RedisStore::unseal(const std::string& sealed, std::string_view hash) const {
  const auto bytes = box_.open_bytes(sealed, hash);
  auto session = bytes ? unpack_session(*bytes) : std::nullopt;
  if (!session) return nullptr;
  return std::make_shared<const Session>(*std::move(session));
}

std::optional<base::milliseconds> RedisStore::latest_in(const Session& session) const {
  if (!session.ends_at_latest) return std::nullopt;
  const auto span = std::chrono::duration_cast<base::milliseconds>(*session.ends_at_latest - clock_.wall());
  return std::clamp(span, base::milliseconds::zero(), kLongestLife);
}

// idle ms, ms to the latest end (-1: none), that end as the session says it.
std::vector<std::string> RedisStore::limit_words(const Session& session) const {
  std::int64_t latest = 0;
  if (session.ends_at_latest) {
    latest = std::chrono::duration_cast<base::milliseconds>(session.ends_at_latest->time_since_epoch()).count();
  }
  return {std::to_string(std::min(session.idle_timeout, kLongestLife).count()),
          std::to_string(latest_in(session).value_or(base::milliseconds(-1)).count()), std::to_string(latest)};
}

void RedisStore::keep_in_cache(Snapshot session, base::SteadyTime asked_at, base::milliseconds left,
                               std::optional<base::milliseconds> until_latest) {
  const auto ends = asked_at + left;
  const auto latest = until_latest ? asked_at + *until_latest : base::SteadyTime::max();
  cache_.put({std::move(session), asked_at, ends, latest, ends}, clock_.steady());
}

Task<Result<void>> RedisStore::create(Session session) {
  if (is_away()) co_return not_asked();
  const auto next = std::make_shared<const Session>(std::move(session));
  auto looking = has_ended_at_provider(next);
  const auto is_ended = co_await looking;
  if (!is_ended) co_return is_ended.error();
  if (*is_ended) co_return ended_at_provider_before();
  auto coming = come_in(next);
  const auto came = co_await coming;
  if (came) ++created_;
  co_return came;
}

// Lists first: what is in Redis is in its lists. What the provider has ended is asked once more, after it came: a
// logout that has not been noted by then finds the session.
Task<Result<void>> RedisStore::come_in(Snapshot session) {
  const auto hash = RedisNames::hash_of(session->id);
  const auto asked_at = clock_.steady();
  if (cache_.is_over(session->id, asked_at)) co_return used_before();
  auto listing = list(session);
  const auto listed = co_await listing;
  if (!listed) co_return listed;
  std::vector<std::string> words{time_.word(), seal(*session, hash), std::to_string(session->generation)};
  for (auto& word : limit_words(*session)) words.push_back(std::move(word));
  auto creating = clients_.run(redis_scripts().create, names_.session(hash), std::move(words));
  const auto created = co_await creating;
  if (!created) co_return away(created.error());
  if (created->number <= 0) co_return used_before();
  auto looking = has_ended_at_provider(session);
  const auto is_ended = co_await looking;
  if (!is_ended || *is_ended) {
    auto ending = end_in_redis(session->id, {});
    const auto ended = co_await ending;
    if (ended && *ended) {
      std::vector<SessionId> ids{session->id};
      auto telling = told(std::move(ids));
      (void)co_await telling;
    }
    co_return is_ended ? ended_at_provider_before() : is_ended.error();
  }
  keep_in_cache(session, asked_at, base::milliseconds(created->number), latest_in(*session));
  auto keeping = keep_limits(session);
  co_await keeping;
  co_return Result<void>();
}

Task<Result<std::optional<Succession>>> RedisStore::succeed(SessionId before, Session next, TakeOver take_over) {
  if (is_away()) co_return not_asked();
  auto first = std::make_shared<const Session>(next);
  auto looking = has_ended_at_provider(first);
  const auto is_ended = co_await looking;
  if (!is_ended) co_return is_ended.error();
  if (*is_ended) co_return ended_at_provider_before();
  auto ending = end_in_redis(before, box_.seal_bytes(next.id.reveal(), RedisNames::hash_of(before)));
  const auto last = co_await ending;
  if (!last) co_return last.error();
  if (!*last) co_return std::optional<Succession>();
  ++ended_;
  take_over(***last, next);
  auto now = std::make_shared<const Session>(std::move(next));
  auto coming = come_in(now);
  const auto came = co_await coming;
  if (!came) co_return came.error();
  ++created_;
  // only now: were this process to end before, the back-ends of the one before would still hear of it
  std::vector<SessionId> ids{before};
  auto telling = told(std::move(ids));
  (void)co_await telling;
  co_return std::optional<Succession>(Succession{**last, std::move(now)});
}

Task<Result<SessionId>> RedisStore::successor(SessionId before) {
  if (is_away()) co_return not_asked();
  const auto hash = RedisNames::hash_of(before);
  RedisCommand command("HGET");
  command.key(names_.session(hash)).word("n").repeatable();
  auto asking = clients_.ask(std::move(command));
  const auto reply = co_await asking;
  if (!reply) co_return away(reply.error());
  const auto id = reply->text.empty() ? std::nullopt : box_.open_bytes(reply->text, hash);
  co_return id ? SessionId::parse(*id).value_or(SessionId()) : SessionId();
}

std::optional<RedisStore::Dated> RedisStore::dated(const storage::RedisReply& reply, std::string_view hash) const {
  if (reply.items.size() != 4) return std::nullopt;
  Dated found;
  found.session = unseal(reply.items[0].text, hash);
  if (!found.session) return std::nullopt;
  found.left = base::milliseconds(reply.items[1].number);
  found.born = reply.items[3].as_number().value_or(0);
  return found;
}

Task<Result<std::optional<RedisStore::Dated>>> RedisStore::read(SessionId id) {
  if (is_away()) co_return not_asked();
  const auto hash = RedisNames::hash_of(id);
  const auto asked_at = clock_.steady();
  auto asking = clients_.run(redis_scripts().find, names_.session(hash), {time_.word()}, true);
  const auto reply = co_await asking;
  reach_.note(reply);
  if (!reply) co_return away(reply.error());
  auto found = dated(*reply, hash);
  if (!found || !(found->session->id == id)) co_return std::optional<Dated>();
  const auto latest = reply->items[2].number;
  keep_in_cache(found->session, asked_at, found->left,
                latest < 0 ? std::nullopt : std::optional(base::milliseconds(latest)));
  // meanwhile somebody may have ended it here
  if (cache_.is_over(id, clock_.steady())) co_return std::optional<Dated>();
  co_return found;
}

Task<Result<std::optional<Snapshot>>> RedisStore::find(SessionId id) {
  const auto now = clock_.steady();
  if (cache_.is_over(id, now)) co_return std::optional<Snapshot>();
  if (const auto known = cache_.find(id, certainty(), now)) co_return std::optional<Snapshot>(known->session);
  auto reading = read(std::move(id));
  auto found = co_await reading;
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<Snapshot>();
  co_return std::optional<Snapshot>((*found)->session);
}

Task<Result<std::optional<Snapshot>>> RedisStore::replace(Session changed) {
  const auto before = changed.generation++;
  const auto now = std::make_shared<const Session>(std::move(changed));
  const auto hash = RedisNames::hash_of(now->id);
  if (cache_.is_over(now->id, clock_.steady())) co_return std::optional<Snapshot>();
  if (is_away()) co_return not_asked();
  auto listing = list(now);
  const auto listed = co_await listing;
  if (!listed) co_return listed.error();
  const auto asked_at = clock_.steady();
  std::vector<std::string> words{time_.word(), std::to_string(before), seal(*now, hash)};
  for (auto& word : limit_words(*now)) words.push_back(std::move(word));
  auto replacing = clients_.run(redis_scripts().replace, names_.session(hash), std::move(words));
  const auto reply = co_await replacing;
  cache_.forget(now->id, asked_at);
  if (!reply) co_return away(reply.error());
  if (reply->number < 0) co_return std::optional<Snapshot>();
  auto publishing = publish({{now->id, false}});
  co_await publishing;
  if (cache_.is_over(now->id, clock_.steady())) co_return std::optional<Snapshot>();
  co_return std::optional<Snapshot>(now);
}

Task<Result<void>> RedisStore::used(SessionId id) {
  const auto now = clock_.steady();
  if (cache_.is_over(id, now)) co_return session_over();
  if (const auto known = cache_.use(id, certainty(), now)) {
    const auto span = DueUses::span_of(*known->session);
    if (known->ends - known->written < span) {
      uses_.note(id, span, now);
      co_return Result<void>();
    }
  }
  co_return co_await write_use(std::move(id), now);
}

Task<Result<void>> RedisStore::write_use(SessionId id, base::SteadyTime at) {
  if (is_away()) co_return not_asked();
  const auto asked_at = clock_.steady();
  const auto ago = std::chrono::duration_cast<base::milliseconds>(asked_at - at);
  auto writing = clients_.run(redis_scripts().used, names_.session(id),
                              {time_.word(), std::to_string(std::max<std::int64_t>(ago.count(), 0))}, true);
  const auto reply = co_await writing;
  if (!reply) co_return away(reply.error());
  if (reply->number < 0) co_return session_over();
  cache_.wrote(id, asked_at + base::milliseconds(reply->number));
  co_return Result<void>();
}

// Those whose span is over; with the last use in it, as far as it is known.
Task<void> RedisStore::write_uses() {
  const auto now = clock_.steady();
  std::vector<SessionId> ids;
  std::vector<storage::RedisRun> runs;
  for (auto& id : uses_.take(now)) {
    const auto known = cache_.last_known(id, now);
    if (!known) continue;
    const auto ago =
        std::chrono::duration_cast<base::milliseconds>(now - std::max(known->last_use, now - DueUses::kLongestSpan));
    runs.push_back({names_.session(id), {time_.word(), std::to_string(ago.count())}});
    ids.push_back(std::move(id));
  }
  if (runs.empty()) co_return;
  auto writing = clients_.run_all(redis_scripts().used, std::move(runs));
  const auto replies = co_await writing;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (replies[i] && replies[i]->number >= 0) cache_.wrote(ids[i], now + base::milliseconds(replies[i]->number));
  }
}

Task<Result<std::optional<Snapshot>>> RedisStore::end(SessionId id) {
  const auto now = clock_.steady();
  if (cache_.is_over(id, now)) co_return std::optional<Snapshot>();
  auto ending = end_in_redis(id, {});
  auto ended = co_await ending;
  if (ended) {
    if (*ended) ++ended_;
    co_return ended;
  }
  // away: what is known here ends here
  const auto known = cache_.last_known(id, now);
  if (cache_.is_over(id, clock_.steady())) co_return std::optional<Snapshot>();
  if (!known) {
    if (!journal_.note_unseen(id)) co_return ended.error();
    cache_.bury(id, now);
    co_return std::optional<Snapshot>();
  }
  note_ended(id, false);
  ++ended_;
  base::log_warning("session.ended_here_only", {{"session", id.fingerprint()}});
  co_return std::optional<Snapshot>(known->session);
}

Task<Result<std::optional<Snapshot>>> RedisStore::end_in_redis(SessionId id, std::string stands_for_it) {
  if (is_away()) co_return not_asked();
  const auto hash = RedisNames::hash_of(id);
  // before it ends: whoever dies over it leaves it to others. One that was over already, or never was, is let go of.
  auto listing = clients_.run(redis_scripts().look_in_once, names_.untold(false, RedisNames::shard_of(hash)),
                              {time_.word(), hash, std::to_string(kUntoldFor.count())}, true);
  const auto listed = co_await listing;
  reach_.note(listed);
  if (!listed) co_return away(listed.error());
  const auto token = crypto::random_token(12);
  auto ending =
      clients_.run(redis_scripts().end, names_.session(hash), {time_.word(), token, std::move(stands_for_it)}, true);
  const auto reply = co_await ending;
  reach_.note(reply);
  if (!reply) co_return away(reply.error());
  if (reply->items.size() != 1) co_return std::optional<Snapshot>();
  auto session = unseal(reply->items[0].text, hash);
  if (!session) co_return std::optional<Snapshot>();
  std::vector<News> news;
  note_over(*session, news);
  auto unlisting = unlist({session});
  co_await unlisting;
  auto publishing = publish(std::move(news));
  co_await publishing;
  co_return std::optional<Snapshot>(std::move(session));
}

}  // namespace router::session
