// The clients of all loops: whoever asks uses the one of the loop it is on.
//
// Every Task resumes on the loop that awaited it; who is on a loop without a client, or on none, asks by the one of the
// background loop (and, on none, resumes there). Owner: app/parts; made before the loops run. Threads: any.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "storage/redis_client.h"

namespace router::storage {

class RedisClients {
 public:
  // Never empty; the first is the background loop's.
  explicit RedisClients(std::vector<RedisClientPtr> clients) : clients_(std::move(clients)) {}

  // Before the loops run.
  void add(RedisClientPtr client) { clients_.push_back(std::move(client)); }
  // When they have stopped.
  void keep_only_background() { clients_.resize(1); }

  // As those of RedisClient.
  base::Task<RedisClient::Answer> ask(RedisCommand command);
  base::Task<std::vector<RedisClient::Answer>> ask_all(std::vector<RedisCommand> commands);
  // `script` outlives the Task.
  base::Task<RedisClient::Answer> run(const RedisScript& script, std::string key, std::vector<std::string> words,
                                      bool is_repeatable = false);
  base::Task<std::vector<RedisClient::Answer>> run_all(const RedisScript& script, std::vector<RedisRun> runs);
  const RedisClientPtr& background() const { return clients_.front(); }

 private:
  RedisClient& here() const;

  std::vector<RedisClientPtr> clients_;
};

}  // namespace router::storage
