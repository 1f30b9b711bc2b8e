// A loop on a thread of its own with a client of Redis on it, and calls to it as a test wants them.
#pragma once

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/asio_peer_connector.h"
#include "net/signals.h"
#include "storage/redis_addresses.h"
#include "storage/redis_client.h"

namespace router::test {

class LoopThread {
 public:
  LoopThread() : thread_([this] { loop.run(); }) {}
  ~LoopThread() { stop(); }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    loop.stop();
    thread_.join();
  }
  // Begins on the loop's thread; the test waits for the end.
  template <class T>
  T run(base::Task<T> task) {
    return begin(std::move(task)).get();
  }
  template <class T>
  std::future<T> begin(base::Task<T> task) {
    auto promise = std::make_shared<std::promise<T>>();
    auto result = promise->get_future();
    auto holder = std::make_shared<base::Task<T>>(std::move(task));
    loop.post([holder, promise] { base::start_detached(keep(std::move(*holder), promise)); });
    return result;
  }
  template <class Work>
  void call(Work work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  net::AsioLoop loop;

 private:
  template <class T>
  static base::Task<void> keep(base::Task<T> task, std::shared_ptr<std::promise<T>> promise) {
    promise->set_value(co_await task);
  }

  std::thread thread_;
};

class RedisWorld {
 public:
  explicit RedisWorld(const storage::RedisAddress& address)
      : connector_(thread_.loop, address.tls), client(std::make_shared<storage::RedisClient>(connector_, address)) {}
  ~RedisWorld() {
    thread_.call([this] { client->close(); });
    // what is under way ends
    for (int turns = 0; turns < 20; ++turns) thread_.call([] {});
    thread_.stop();
  }

  using Answer = storage::RedisClient::Answer;
  Answer ask(storage::RedisCommand command) { return thread_.run(client->ask(std::move(command))); }
  // The words; the second one is the key.
  static storage::RedisCommand command(const std::vector<std::string>& words) {
    storage::RedisCommand made(words[0]);
    for (std::size_t i = 1; i < words.size(); ++i) i == 1 ? made.key(words[i]) : made.word(words[i]);
    return made;
  }
  Answer ask(const std::vector<std::string>& words) { return ask(command(words)); }
  // As text; "unavailable" and so on where there is none.
  std::string text(const std::vector<std::string>& words) {
    const auto answer = ask(words);
    if (!answer) return std::string(base::to_string(answer.error().code));
    return answer->kind == storage::RedisReply::Kind::integer ? std::to_string(answer->number) : answer->text;
  }
  // Until it answers so.
  bool comes_to_say(const std::vector<std::string>& words, const std::string& wanted,
                    milliseconds at_most = milliseconds(15'000)) {
    return eventually([&] { return text(words) == wanted; }, at_most);
  }
  LoopThread& thread() { return thread_; }

 private:
  LoopThread thread_;
  net::AsioPeerConnector connector_;

 public:
  storage::RedisClientPtr client;
};

}  // namespace router::test
