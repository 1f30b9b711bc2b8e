// One server of Redis, kept connected: opened again after a fault, sooner at first and later in time, and meanwhile it
// costs nobody any waiting (a circuit breaker).
//
// Nobody has asked yet, or the last connection has just been lost: who asks waits for the next one, for the time of a
// command; kAfterSilence at most where that one was lost because no answer came. Once one could not be opened, or took
// longer than that, whoever asks hears so at once, until one is open.
// Owner: RedisClient, by shared_ptr; close() before letting go of it. Everything on the loop. Errors: unavailable.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/wake.h"
#include "storage/redis_connection.h"

namespace router::storage {

using RedisConnectionPtr = std::shared_ptr<RedisConnection>;
// An open connection; the state it refers to outlives the Task.
using OpenRedis = std::function<base::Task<base::Result<RedisConnectionPtr>>()>;

class RedisNode : public std::enable_shared_from_this<RedisNode> {
 public:
  static constexpr base::milliseconds kFirstPause{50};
  static constexpr base::milliseconds kLongestPause{800};
  static constexpr base::milliseconds kAfterSilence{250};

  RedisNode(base::Loop& loop, OpenRedis open, base::milliseconds patience)
      : loop_(loop), open_(std::move(open)), patience_(patience) {}
  RedisNode(const RedisNode&) = delete;
  RedisNode& operator=(const RedisNode&) = delete;

  base::Task<base::Result<RedisConnectionPtr>> connection();
  // The connection of now is not to be used any more, as its server is not the right one.
  void drop(const std::string& why);
  void close();

  bool is_connected() const { return connection_ && connection_->is_open(); }
  // How many connections there have been: what was known of the server may be out of date after each.
  std::uint64_t epoch() const { return epoch_; }
  const RedisConnectionPtr& current() const { return connection_; }

 private:
  static base::Task<void> open(std::shared_ptr<RedisNode> self);
  void begin_opening();
  base::Task<void> wait_for_opening(base::milliseconds patience);

  base::Loop& loop_;
  OpenRedis open_;
  base::milliseconds patience_;
  RedisConnectionPtr connection_;
  std::vector<std::shared_ptr<base::Wake>> waiting_;
  std::string fault_;  // of the last opening; empty: there is no reason to expect another
  unsigned failures_ = 0;
  std::uint64_t epoch_ = 0;
  bool is_opening_ = false;
  bool is_closed_ = false;
};

}  // namespace router::storage
