// Messages of channels, as long as a connection lives that brings them; and how sure it is that none is missing.
//
// In a cluster each channel is a sharded one, listened to at the node that has its slot (SSUBSCRIBE); elsewhere the
// master's (SUBSCRIBE). A ping follows every kPingEvery; what was published before a ping that has been answered has
// come. So sure_until() moves on with the answers, and since() tells from when on nothing has been missed: what was
// read before may be out of date. After a fault, or when a slot moves on, all channels are subscribed anew. Owner:
// whoever listens, by shared_ptr; close() on the loop. On the loop of `client`, but for since() and sure_until(): any
// thread. Source: redis.io, "Redis Pub/Sub", "SSUBSCRIBE".
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/redis_client.h"

namespace router::storage {

class RedisSubscription : public std::enable_shared_from_this<RedisSubscription> {
 public:
  static constexpr base::milliseconds kPingEvery{250};
  static constexpr base::milliseconds kSureFor{1'000};

  using OnMessage = std::function<void(const std::string& channel, const std::string& message)>;

  // `on_message` on the loop.
  RedisSubscription(RedisClientPtr client, const base::Clock& clock, std::vector<std::string> channels,
                    OnMessage on_message);
  RedisSubscription(const RedisSubscription&) = delete;
  RedisSubscription& operator=(const RedisSubscription&) = delete;

  void start();
  void close();

  // Nothing published from since() to sure_until() is missing. No such time: SteadyTime::max() and min().
  base::SteadyTime since() const { return base::SteadyTime(base::SteadyTime::duration(since_.load())); }
  base::SteadyTime sure_until() const { return base::SteadyTime(base::SteadyTime::duration(sure_until_.load())); }

 private:
  struct Line;  // a connection, and what it brings

  static base::Task<void> subscribe(std::shared_ptr<RedisSubscription> self);
  base::Task<base::Result<void>> open_lines();
  void take(Line& line, const RedisReply& message);
  void look_whether_sure();
  void ping();
  void break_off();
  void try_again();
  static base::SteadyTime::rep ticks(base::SteadyTime time) { return time.time_since_epoch().count(); }

  RedisClientPtr client_;
  const base::Clock& clock_;
  std::vector<std::string> channels_;
  OnMessage on_message_;
  std::map<std::string, std::shared_ptr<Line>> lines_;  // by server
  std::atomic<base::SteadyTime::rep> since_{ticks(base::SteadyTime::max())};
  std::atomic<base::SteadyTime::rep> sure_until_{ticks(base::SteadyTime::min())};
  std::uint64_t round_ = 0;  // of subscribing: what belongs to an earlier one counts no more
  unsigned failures_ = 0;
  bool is_closed_ = false;
};

}  // namespace router::storage
