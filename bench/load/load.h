// What the load generators share: options, non-blocking loopback sockets, epoll, percentiles.
//
// One thread, everything on 127.0.0.1. A generator prints one JSON object when it is done; those that hold
// something print one when it is held too, and end when their standard input does. Errors of set-up end the
// process with 2.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace load {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

inline double seconds_between(Time from, Time to) { return std::chrono::duration<double>(to - from).count(); }

[[noreturn]] void fail(const std::string& what);

// "--name value" pairs.
class Options {
 public:
  Options(int argc, char** argv);
  std::string text(const std::string& name, const std::string& fallback) const;
  double number(const std::string& name, double fallback) const;
  std::uint16_t port() const { return static_cast<std::uint16_t>(number("port", 0)); }

 private:
  std::map<std::string, std::string> values_;
};

// Connecting, non-blocking, TCP_NODELAY; -1 if it was refused at once. `receive_buffer` 0: the system's.
int connect_to(std::uint16_t port, int receive_buffer = 0);
// Whether a connection that became writable is there.
bool is_connected(int socket);

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // `id` comes back with the event; kInput is taken by watch_input.
  void add(int socket, std::uint32_t events, std::uint64_t id);
  void change(int socket, std::uint32_t events, std::uint64_t id);
  static constexpr std::uint64_t kInput = UINT64_MAX;
  void watch_input();

  // Waits until something happens, or `until`.
  const std::vector<epoll_event>& wait(Time until);

 private:
  int epoll_;
  std::vector<epoll_event> events_;
};

// Whether standard input has ended.
bool input_ended();

class Latencies {
 public:
  void add(Time from, Time to) { values_.push_back(static_cast<float>(1000 * seconds_between(from, to))); }
  // {"p50_ms", "p99_ms", "max_ms"}
  nlohmann::json summary();

 private:
  std::vector<float> values_;  // milliseconds
};

void print(const nlohmann::json& figures);

// The generators: one file each.
int ask(const Options& options);
int hold(const Options& options);
int stream(const Options& options);
int websockets(const Options& options);

}  // namespace load
