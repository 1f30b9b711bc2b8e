// Where a Redis is, and how to speak to it: one server, a master that sentinels know, or a cluster.
//
//   redis://user:password@host:6379/0            rediss://... with TLS
//   redis+sentinel://host:26379,host/MASTER?db=1 rediss+sentinel://...
//   redis+cluster://host:7000,host:7001          rediss+cluster://...
//
// Values; any thread. Source: docs/contract/durability.md "Where state lives".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/peer_connection.h"

namespace router::storage {

enum class RedisLayout { standalone, sentinel, cluster };

struct RedisLogin {
  std::string user;  // empty: the default user
  base::Secret password;
};

struct RedisAddress {
  RedisLayout layout = RedisLayout::standalone;
  std::vector<net::PeerAddress> servers;  // the server; the sentinels; some nodes of the cluster. Never empty
  std::string master;                     // what the sentinels call it
  RedisLogin login;
  RedisLogin sentinel_login;
  unsigned database = 0;
  net::PeerTls tls;
  base::milliseconds connect_timeout{10'000};
  base::milliseconds command_timeout{2'000};
};

// Errors: invalid_config, which say what is wrong and never a password.
base::Result<RedisAddress> parse_redis_url(std::string_view url);

}  // namespace router::storage
