// Which node of a cluster has which slots, as CLUSTER SLOTS tells it. Values; pure; any thread.
//
// Source: redis.io, "CLUSTER SLOTS"; "Redis cluster specification", sections on MOVED and ASK.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/peer_address.h"
#include "storage/redis_command.h"
#include "storage/redis_reply.h"

namespace router::storage {

class RedisSlots {
 public:
  // Of the reply to CLUSTER SLOTS; `asked`: who gave it, for nodes that do not know their own address. Absent: it is
  // none.
  static std::optional<RedisSlots> read(const RedisReply& reply, const net::PeerAddress& asked);

  // nullptr: nobody has it, as far as is known.
  const net::PeerAddress* owner(std::uint16_t slot) const;
  // What a node said in MOVED.
  void move(std::uint16_t slot, const net::PeerAddress& to);
  const std::vector<net::PeerAddress>& masters() const { return masters_; }
  bool is_empty() const { return masters_.empty(); }

 private:
  std::uint16_t number_of(const net::PeerAddress& master);

  std::vector<net::PeerAddress> masters_;
  std::array<std::uint16_t, kRedisSlots> owners_{};  // 1 + index into masters_; 0: nobody
};

struct RedisRedirect {
  bool is_ask = false;  // for this command only
  std::uint16_t slot = 0;
  net::PeerAddress to;
};
// Of an error such as "MOVED 3999 127.0.0.1:6381". Absent: it is none of these. An empty host is that of `asked`.
std::optional<RedisRedirect> read_redirect(const RedisReply& reply, const net::PeerAddress& asked);

}  // namespace router::storage
