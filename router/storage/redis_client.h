// Commands to Redis, each to where it belongs: the server, the master that the sentinels know, the node that has the
// slot.
//
//   auto client = std::make_shared<RedisClient>(connector, address);
//   auto asking = client->ask(RedisCommand("GET").key(name).repeatable());
//   const auto reply = co_await asking;
//
// One a loop, with one connection to each server, on which commands are pipelined. What a server did not carry out is
// sent to the one that will (MOVED, ASK, READONLY after a fail-over) or again a moment later (LOADING, TRYAGAIN,
// CLUSTERDOWN), within the time of a command; what may have been carried out is sent again only if it is repeatable.
// Owner: whoever asks, by shared_ptr; close() on the loop, some turns before the loop ends. Everything on the loop.
// Errors of all: unavailable (away), overloaded (it answers that it cannot: OOM), internal (the command is wrong).
// Source: redis.io, "Redis cluster specification", "Sentinel client spec".
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/redis_node.h"
#include "storage/redis_sentinels.h"
#include "storage/redis_slots.h"

namespace router::storage {

class RedisClient : public std::enable_shared_from_this<RedisClient> {
 public:
  static constexpr base::milliseconds kLookEvery{1'000};  // whether the sentinels' master is another one
  static constexpr base::milliseconds kPause{50};         // before what did not go through is tried again

  using Answer = base::Result<RedisReply>;
  // Whether a server has said so, be it that it cannot; else nobody did in time.
  static bool has_answered(const Answer& answer) {
    return answer || answer.error().code != base::ErrorCode::unavailable;
  }

  // `connector` outlives it.
  RedisClient(net::PeerConnector& connector, RedisAddress address);
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  base::Task<Answer> ask(RedisCommand command);
  // All at the same time; the answers in the order of the commands.
  base::Task<std::vector<Answer>> ask_all(std::vector<RedisCommand> commands);
  // `is_repeatable`: as RedisCommand::repeatable().
  base::Task<Answer> run(const RedisScript& script, std::string key, std::vector<std::string> words,
                         bool is_repeatable = false);
  // All at the same time; none is repeatable. `script` outlives the Task.
  base::Task<std::vector<Answer>> run_all(const RedisScript& script, std::vector<RedisRun> runs);
  // Where the server is that answers for this slot, for a connection of its own.
  base::Task<base::Result<net::PeerAddress>> find_server(std::uint16_t slot);

  // Changes with every connection that is made: what a server knew may have been lost since.
  std::uint64_t epoch() const;
  // Whether there is a connection (to some server) now.
  bool is_connected() const;
  const RedisAddress& address() const { return address_; }
  base::Loop& loop() { return connector_.loop(); }
  net::PeerConnector& connector() { return connector_; }
  void close();

 private:
  using NodePtr = std::shared_ptr<RedisNode>;
  struct Way;  // of one command

  base::Task<Answer> send(RedisCommand command);
  base::Task<base::Result<void>> send_once(const RedisCommand& command, Way& way);
  base::Task<base::Result<NodePtr>> node_for(std::uint16_t slot);
  bool judge(const RedisReply& reply, const RedisConnection& from, Way& way);
  NodePtr node_at(const net::PeerAddress& address);
  NodePtr make_node(OpenRedis open);
  base::Task<base::Result<RedisConnectionPtr>> open_at(net::PeerAddress address);
  base::Task<base::Result<RedisConnectionPtr>> open_master();
  base::Task<base::Result<void>> read_slots();
  base::Task<bool> read_slots_from(net::PeerAddress address);
  static void look_for_master(std::weak_ptr<RedisClient> client);
  static base::Task<void> compare_master(std::shared_ptr<RedisClient> self);
  base::Task<std::vector<Answer>> together(std::vector<base::Task<Answer>> tasks);
  static base::Task<void> answer_one(base::Task<Answer> task, Answer& answer, std::size_t& left, base::Wake& all);

  net::PeerConnector& connector_;
  const RedisAddress address_;
  RedisSentinels sentinels_;
  NodePtr only_;                                         // standalone and sentinel
  std::map<std::string, NodePtr> nodes_;                 // cluster: by address
  std::vector<std::weak_ptr<RedisConnection>> opening_;  // and some that are open
  RedisSlots slots_;
  std::vector<std::shared_ptr<base::Wake>> await_slots_;
  base::SteadyTime slots_read_ = base::SteadyTime::min();
  bool reads_slots_ = false;
  bool slots_are_old_ = true;
  bool looks_for_master_ = false;
  bool is_closed_ = false;
};

using RedisClientPtr = std::shared_ptr<RedisClient>;

}  // namespace router::storage
