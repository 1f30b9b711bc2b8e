#include "storage/redis_clients.h"

#include "base/current_loop.h"
#include "base/loop.h"

namespace router::storage {

using base::Task;
using Answer = RedisClient::Answer;

namespace {

template <class T>
Task<T> on_loop_of(RedisClient& client, Task<T> task) {
  auto* const home = base::current_loop();
  if (home == &client.loop()) co_return co_await task;
  auto running = base::run_on(client.loop(), home != nullptr ? *home : client.loop(), std::move(task));
  co_return co_await running;
}

}  // namespace

RedisClient& RedisClients::here() const {
  const auto* const loop = base::current_loop();
  for (const auto& client : clients_) {
    if (&client->loop() == loop) return *client;
  }
  return *clients_.front();
}

Task<Answer> RedisClients::ask(RedisCommand command) {
  auto& client = here();
  return on_loop_of(client, client.ask(std::move(command)));
}

Task<std::vector<Answer>> RedisClients::ask_all(std::vector<RedisCommand> commands) {
  auto& client = here();
  return on_loop_of(client, client.ask_all(std::move(commands)));
}

Task<Answer> RedisClients::run(const RedisScript& script, std::string key, std::vector<std::string> words,
                               bool is_repeatable) {
  auto& client = here();
  return on_loop_of(client, client.run(script, std::move(key), std::move(words), is_repeatable));
}

Task<std::vector<Answer>> RedisClients::run_all(const RedisScript& script, std::vector<RedisRun> runs) {
  auto& client = here();
  return on_loop_of(client, client.run_all(script, std::move(runs)));
}

}  // namespace router::storage
