// Where the servers of support/redis_server.h are, for who speaks to them.
#pragma once

#include "storage/redis_address.h"
#include "support/fault_proxy.h"
#include "support/redis_server.h"

namespace router::test {

inline storage::RedisAddress address_of(const RedisServer& server) {
  storage::RedisAddress address;
  address.servers = {{"127.0.0.1", server.port()}};
  return address;
}
// For tests in which nobody answers.
inline storage::RedisAddress impatient_address_of(const RedisServer& server) {
  auto address = address_of(server);
  address.command_timeout = base::milliseconds(300);
  return address;
}

// One a process, which the tests share: each store has names of its own in it.
inline storage::RedisAddress standalone_redis() {
  static const RedisServer server;
  return address_of(server);
}
// The same over a line that delays what it carries, and carries it in small pieces.
inline storage::RedisAddress slow_redis() {
  constexpr Fault kSlowLine{.delay = milliseconds(2), .bytes_per_second = 200'000};
  static const auto behind = standalone_redis().servers.front().port;
  static FaultProxy line(behind);
  line.towards_client(kSlowLine);
  line.towards_backend(kSlowLine);
  storage::RedisAddress address;
  address.servers = {{"127.0.0.1", line.port()}};
  return address;
}
inline storage::RedisAddress sentinel_redis() {
  static RedisGroup group;
  auto address = address_of(group.sentinel());
  address.layout = storage::RedisLayout::sentinel;
  address.master = "main";
  return address;
}
inline storage::RedisAddress cluster_redis() {
  static RedisCluster cluster;
  auto address = address_of(cluster.node(1));
  address.layout = storage::RedisLayout::cluster;
  return address;
}

}  // namespace router::test
