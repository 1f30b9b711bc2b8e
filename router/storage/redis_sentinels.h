// Sentinels, asked which server is the master now.
//
// One after the other, until one knows; the one that did is asked first the next time. A connection to it is kept.
// Owner: RedisClient; the state outlives the Tasks. On its loop. Source: redis.io, "Sentinel client spec".
#pragma once

#include <vector>

#include "storage/redis_connection.h"

namespace router::storage {

class RedisSentinels {
 public:
  // `address` outlives it.
  RedisSentinels(net::PeerConnector& connector, const RedisAddress& address);

  // Errors: unavailable.
  base::Task<base::Result<net::PeerAddress>> find_master();
  void close();

 private:
  base::Task<base::Result<net::PeerAddress>> ask(std::size_t sentinel);

  net::PeerConnector& connector_;
  const RedisAddress& address_;
  std::vector<net::PeerAddress> sentinels_;  // who knew last first
  std::shared_ptr<RedisConnection> connection_;
  bool is_closed_ = false;
};

}  // namespace router::storage
