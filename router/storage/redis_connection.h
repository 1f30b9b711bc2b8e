// One connection to a Redis: commands go out as they come, many at once, and each gets its answer.
//
//   auto connection = std::make_shared<RedisConnection>(connector, address, limits);
//   co_await connection->open(login, database)
//   co_await connection->ask(command)         // an error of Redis' is an answer, too
//
// A connection lives until its first fault: a command that is not answered in time, an answer that is none, the end of
// the connection. Then everybody who waits hears of it, and it is done with.
// Owner: whoever asks, by shared_ptr; its reading and writing hold one, too, until close(). Loop: the connector's; all
// calls there. Errors of all: timeout, closed, refused, protocol, cancelled, overloaded, unavailable (a login that
// Redis does not accept, a server that is still loading).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/wake.h"
#include "net/peer_connection.h"
#include "storage/redis_address.h"
#include "storage/redis_command.h"
#include "storage/redis_reply.h"

namespace router::storage {

struct RedisTimes {
  base::milliseconds connect{10'000};
  base::milliseconds command{2'000};
};

class RedisConnection : public std::enable_shared_from_this<RedisConnection> {
 public:
  // What comes that nobody has asked for: messages of subscriptions.
  using OnPush = std::function<void(RedisReply)>;

  RedisConnection(net::PeerConnector& connector, const net::PeerAddress& address, RedisTimes times);
  ~RedisConnection() = default;
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Once, before anything is asked. Connects, logs in, selects the database.
  base::Task<base::Result<void>> open(const RedisLogin& login, unsigned database);
  // `asking`: a node of a cluster that is about to get the key's slot is to answer (ASK).
  base::Task<base::Result<RedisReply>> ask(RedisCommand command, bool asking = false);
  // From now on what comes are messages: to be told of each, and of the end. Nothing else is asked any more.
  void listen(OnPush on_push, std::function<void()> on_end);
  // Without an answer to wait for; for a connection that listens.
  void tell(const RedisCommand& command);

  bool is_open() const { return is_open_ && !end_; }
  // It has ended because no answer came in time.
  bool fell_silent() const { return end_ && end_->code == base::ErrorCode::timeout; }
  const net::PeerAddress& address() const { return address_; }
  // Everybody who waits gets this error.
  void close(base::Error why);

 private:
  struct Waiter {
    explicit Waiter(base::Loop& loop) : wake(loop) {}
    base::Wake wake;
    base::SteadyTime due;
    std::optional<RedisReply> reply;  // absent: the connection has ended
  };

  static base::Task<void> read_on(std::shared_ptr<RedisConnection> self);
  static base::Task<void> write_on(std::shared_ptr<RedisConnection> self);
  base::Result<void> send(std::string wire);
  bool take(RedisReply reply);
  void watch_time(base::milliseconds span);
  base::Task<base::Result<void>> log_in(const RedisLogin& login, unsigned database);

  base::Loop& loop_;
  net::PeerAddress address_;
  RedisTimes times_;
  std::unique_ptr<net::PeerConnection> connection_;
  std::string to_send_;
  std::deque<Waiter*> waiters_;  // oldest first; of coroutines that wait; null: its answer is nobody's
  OnPush on_push_;
  std::function<void()> on_end_;
  std::optional<base::Error> end_;
  bool is_open_ = false;
  bool writes_ = false;
  bool watches_ = false;
};

}  // namespace router::storage
