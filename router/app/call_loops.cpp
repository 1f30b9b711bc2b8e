#include "app/call_loops.h"

#include <algorithm>
#include <string>

namespace router::app {
namespace {

constexpr std::size_t kMostCallLoops = 4;

// A host's calls are all made by one loop, so its limits are whole.
net::PoolLimits call_limits(const config::Environment& environment) {
  net::PoolLimits limits;
  limits.connections = environment.limits.upstream_connections;
  limits.lasting = environment.limits.upstream_streams;
  limits.waiting = environment.limits.upstream_queue;
  limits.reuse = !environment.disable_connection_reuse;
  limits.name_servers = environment.name_servers;
  return limits;
}

}  // namespace

std::size_t core_count(const config::Environment& environment) {
  if (environment.threads != 0) return environment.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

net::ParseLimits answer_limits(const config::Limits& limits) {
  return {.header_bytes = limits.answer_head_bytes, .header_count = limits.answer_fields, .url_bytes = 0};
}

std::size_t answer_buffer(const config::Limits& limits) { return limits.answer_head_bytes + kBehindHead; }

CallLoops::One::One(const config::Environment& environment, const base::Clock& clock)
    : loop(net::BufferPool::kLarge, answer_buffer(environment.limits)),
      tls(environment.ca_certificate_files, environment.reject_unauthorized),
      limits(answer_limits(environment.limits)),
      pool(loop, tls, limits, call_limits(environment)),
      client(pool, clock) {}

CallLoops::CallLoops(base::Loop& background, const config::Environment& environment, const base::Clock& clock) {
  std::vector<net::SpreadHttpClient::Place> places;
  for (std::size_t i = 0; i < std::min(core_count(environment), kMostCallLoops); ++i) {
    auto& one = *loops_.emplace_back(std::make_unique<One>(environment, clock));
    one.loop.measure_lag("calls-" + std::to_string(i));
    places.push_back({one.loop, one.client});
  }
  client_ = std::make_unique<net::SpreadHttpClient>(background, std::move(places));
}

void CallLoops::stop() {
  for (auto& one : loops_) one->loop.stop();
  for (auto& one : loops_) {
    if (one->thread.joinable()) one->thread.join();
  }
}

void CallLoops::start() {
  for (auto& one : loops_) one->thread = std::thread([&loop = one->loop] { loop.run(); });
}

std::vector<base::Loop*> CallLoops::all() {
  std::vector<base::Loop*> loops;
  for (auto& one : loops_) loops.push_back(&one->loop);
  return loops;
}

}  // namespace router::app
