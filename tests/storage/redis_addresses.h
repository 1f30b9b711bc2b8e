// Where the servers of support/redis_server.h are, for who speaks to them.
#pragma once

#include "storage/redis_address.h"
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

}  // namespace router::test
