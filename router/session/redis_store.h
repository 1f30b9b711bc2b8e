// Sessions in Redis, shared by any number of replicas.
//
// Each session is one hash under the hash of its id, sealed; what decides about it is one script on that key
// (redis_scripts.h), so that whoever ends it, changes it or finds that its time is over does so alone, on however many
// replicas. Lists (what is due, what is found by what) stand beside it in slots of their own: they are written before
// the session comes and cleaned after it went, so that what a list names too much is looked at and let go of, and
// nothing is ever missing from one. Likewise it stands among the untold before it ends. What has been ended here stays
// ended here (redis_cache.h), whatever Redis knows: with Redis away, or one server of a cluster, end() ends what this
// replica knows the last state of, and the tombstone is asserted once Redis is back (of others the id is kept: they end
// then, and whoever looks for what nobody was told tells their back-ends); so are those of the last minute after every
// new connection, for a fail-over may have lost them (redis_journal.h). Threads: any; every Task resumes on the loop that
// awaited it. Owner: app/parts; what it is given outlives it. start() and stop() on the background loop. Source:
// docs/contract/durability.md "Redis".
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "crypto/sealed_box.h"
#include "session/due_uses.h"
#include "session/redis_cache.h"
#include "session/redis_journal.h"
#include "session/redis_names.h"
#include "session/redis_reach.h"
#include "session/redis_scripts.h"
#include "session/redis_shared_state.h"
#include "session/store.h"
#include "storage/redis_clients.h"
#include "storage/redis_subscription.h"

namespace router::session {

struct RedisStoreOptions {
  StoreLimits limits;
  std::string prefix = "xs-router:";
  bool server_time = true;  // false: all times are those of the clock given, for tests
};

class RedisStore final : public Store {
 public:
  // An ended session that nobody has said told() of is handed out again after this time.
  static constexpr base::milliseconds kUntoldFor{60'000};
  static constexpr base::milliseconds kLookEvery{250};

  RedisStore(storage::RedisClients& clients, const base::Clock& clock, const crypto::SealingSecrets& secrets,
             RedisStoreOptions options);
  ~RedisStore() override;

  void start();
  void stop();

  base::Task<base::Result<void>> create(Session session) override;
  base::Task<base::Result<std::optional<Succession>>> succeed(SessionId before, Session next,
                                                              TakeOver take_over) override;
  base::Task<base::Result<SessionId>> successor(SessionId before) override;
  base::Task<base::Result<std::optional<Snapshot>>> find(SessionId id) override;
  base::Task<base::Result<std::optional<Snapshot>>> replace(Session changed) override;
  base::Task<base::Result<void>> used(SessionId id) override;
  base::Task<base::Result<std::optional<base::milliseconds>>> time_left(SessionId id) override;
  base::Task<base::Result<std::optional<Snapshot>>> end(SessionId id) override;
  base::Task<base::Result<std::vector<Listed>>> page(SessionFilter filter, std::optional<Position> after,
                                                     std::size_t limit) override;
  base::Task<base::Result<void>> remember_ended(EndedAtProvider ended) override;
  base::Task<base::Result<std::vector<Snapshot>>> take_expired(std::size_t limit) override;
  base::Task<base::Result<void>> told(std::vector<SessionId> ids) override;
  base::Task<base::Result<Counts>> counts() override;
  Snapshot last_known(const SessionId& id) override;
  Health health() const override;
  std::size_t unsaid() const override { return journal_.unsaid(); }
  void on_news(std::function<void(News)> told) override { on_news_ = std::move(told); }
  SharedState& shared() override { return shared_; }

 private:
  struct Dated {  // a session as Redis has it
    Snapshot session;
    std::int64_t born = 0;
    base::milliseconds left{0};
  };

  static base::Error away(const base::Error& error) { return RedisReach::away(error); }
  static base::Error not_asked() { return RedisReach::not_asked(); }
  bool is_away() const { return reach_.is_away(); }
  static base::Result<void> all_done(const std::vector<storage::RedisClient::Answer>& replies);
  RedisCache::Certainty certainty() const { return {subscription_->since(), subscription_->sure_until()}; }
  std::string seal(const Session& session, std::string_view hash) const;
  Snapshot unseal(const std::string& sealed, std::string_view hash) const;
  // Ms to its latest end; absent: there is none.
  std::optional<base::milliseconds> latest_in(const Session& session) const;
  std::vector<std::string> limit_words(const Session& session) const;
  void keep_in_cache(Snapshot session, base::SteadyTime asked_at, base::milliseconds left,
                     std::optional<base::milliseconds> until_latest);

  base::Task<base::Result<std::optional<Dated>>> read(SessionId id);
  base::milliseconds left_of(const Dated& found);
  std::optional<Dated> dated(const storage::RedisReply& reply, std::string_view hash) const;
  base::Task<base::Result<void>> come_in(Snapshot session);
  base::Task<base::Result<bool>> has_ended_at_provider(Snapshot session);
  base::Task<base::Result<std::optional<Snapshot>>> end_in_redis(SessionId id, std::string stands_for_it);
  base::Task<base::Result<void>> write_use(SessionId id, base::SteadyTime at);
  base::Task<void> write_uses();
  // The lists beside the session.
  base::Task<base::Result<void>> list(Snapshot session);
  base::Task<std::vector<storage::RedisClient::Answer>> list_untold(const storage::RedisScript& script, bool anonymous,
                                                                    std::vector<std::string> hashes,
                                                                    base::milliseconds told_in);
  base::Task<void> unlist(std::vector<Snapshot> sessions);
  base::Task<void> leave_to_tell(bool anonymous, std::vector<Snapshot> over, base::milliseconds told_in,
                                 std::vector<News> news);
  base::Task<void> keep_limits(Snapshot session);
  base::Task<void> evict_from(std::string set, bool anonymous, std::size_t limit, const base::Limit& which);
  base::Task<void> evict(bool anonymous, std::vector<std::string> hashes);
  // News.
  base::Task<void> publish(std::vector<News> news);
  void hear(const std::string& message);
  void note_ended(const SessionId& id, bool is_said);
  // Redis knows it; `news` gets what others have to hear of it.
  void note_over(const Session& session, std::vector<News>& news);
  // Time.
  struct Claimed {
    std::string set;
    bool was_untold = false;
    std::string hash;
    std::string until = {};  // when it comes up again
  };
  base::Task<base::Result<std::vector<Claimed>>> claim(bool anonymous, std::size_t limit);
  base::Task<base::Result<std::vector<Snapshot>>> expire(bool anonymous, std::vector<Claimed> claimed);
  void look_after();
  static base::Task<void> look(RedisStore& self);
  bool is_cluster() const;
  base::Task<std::vector<storage::RedisClient::Answer>> ask_whether_there();
  base::Task<void> assert_ended(bool all);
  base::Task<void> end_unseen();

  storage::RedisClients& clients_;
  const base::Clock& clock_;
  const crypto::SealedBox box_;
  const RedisStoreOptions options_;
  const RedisNames names_;
  const std::string self_;  // this replica, for its own news and what it ends
  const RedisTime time_;
  RedisCache cache_;
  DueUses uses_;
  RedisReach reach_;
  RedisSharedState shared_;
  RedisJournal journal_;
  std::shared_ptr<storage::RedisSubscription> subscription_;
  std::function<void(News)> on_news_;
  std::uint64_t seen_epoch_ = 0;  // with look()
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(true);
  std::atomic<unsigned> next_shard_ = 0;
  std::atomic<std::uint64_t> created_ = 0;
  std::atomic<std::uint64_t> ended_ = 0;
  std::atomic<std::uint64_t> expired_ = 0;
  std::atomic<std::uint64_t> evicted_ = 0;
};

}  // namespace router::session
