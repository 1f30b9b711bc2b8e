// What all replicas have to agree about, in Redis: a key each, which knows the hash of what it is about.
//
// Every call is one round trip, and none while Redis is away. Threads: any. Owner: RedisStore; what it is given outlives
// it.
#pragma once

#include "crypto/sealed_box.h"
#include "session/redis_names.h"
#include "session/redis_reach.h"
#include "session/redis_scripts.h"
#include "session/shared_state.h"
#include "storage/redis_clients.h"

namespace router::session {

class RedisSharedState final : public SharedState {
 public:
  RedisSharedState(storage::RedisClients& clients, const RedisNames& names, const crypto::SealedBox& box,
                   RedisTime time, const RedisReach& reach)
      : clients_(clients), names_(names), box_(box), time_(time), reach_(reach) {}

  base::Task<base::Result<bool>> once(Kind kind, std::string key, base::milliseconds ttl) override;
  base::Task<base::Result<void>> keep(Kind kind, std::string key, base::Secret value, base::milliseconds ttl) override;
  base::Task<base::Result<std::optional<base::Secret>>> take(Kind kind, std::string key) override;
  base::Task<base::Result<Tally>> tally(Kind kind, std::string key, unsigned add, base::milliseconds span) override;
  base::Task<base::Result<void>> forget(Kind kind, std::string key) override;
  base::Task<base::Result<std::optional<Lease>>> lease(std::string name, base::milliseconds ttl) override;
  base::Task<base::Result<bool>> extend(Lease lease, base::milliseconds ttl) override;
  base::Task<base::Result<void>> release(Lease lease) override;

 private:
  base::Task<storage::RedisClient::Answer> note(std::string name, std::string what, base::milliseconds ttl,
                                                std::string word);
  base::Task<storage::RedisClient::Answer> hold(std::string name, std::string what, base::milliseconds ttl,
                                                std::uint64_t fence);

  storage::RedisClients& clients_;
  const RedisNames& names_;
  const crypto::SealedBox& box_;
  const RedisTime time_;
  const RedisReach& reach_;
};

}  // namespace router::session
