// What is looked at when metrics are read, rather than counted on the way: loops, pools, store, fan-out, the process.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/parts.h"
#include "base/metrics.h"
#include "management/ask.h"

namespace router::app {

// As the background loop knows it.
struct BackgroundCounts {
  std::optional<session::Counts> sessions;  // absent: the store is away
  std::size_t logout_calls_waiting = 0;
  base::milliseconds oldest_call{0};
  std::uint64_t dead_calls = 0;  // since the start
  logout::OutcomeCounts calls;
  std::vector<logout::BackEndLoad> loads;
};
management::Asked<base::Result<BackgroundCounts>> measure_background(Parts& parts);
// Calls that were given up, neither tried again nor dropped. Apart: a medium that takes its time leaves no other count out.
management::Asked<base::Result<std::size_t>> measure_buried(Parts& parts);

class Measurements {
 public:
  void add_gauge(std::string name, std::string help, double value);
  void add_counter(std::string name, std::string help, double value);
  // CPU, memory, descriptors, start: under the names that Prometheus' own libraries use.
  void add_process();
  void add_upstream(const net::AsioBackendPool::Counts& counts);
  void add_background(const BackgroundCounts& counts);
  std::vector<base::MetricReading> readings() && { return std::move(readings_); }

 private:
  base::MetricReading& family(std::string name, std::string help, base::MetricKind kind,
                              std::vector<std::string> labels);

  std::vector<base::MetricReading> readings_;
};

}  // namespace router::app
