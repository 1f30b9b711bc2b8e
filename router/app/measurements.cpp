#include "app/measurements.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/guarded.h"

namespace router::app {
namespace {

using base::MetricKind;

base::Task<base::Result<BackgroundCounts>> count_in_background(Parts& parts) {
  BackgroundCounts counts;
  auto counting = parts.sessions.counts();
  const auto sessions = co_await counting;
  if (sessions) counts.sessions = *sessions;
  counts.logout_calls_waiting = parts.fan_out.waiting();
  counts.oldest_call = parts.fan_out.oldest_age().value_or(base::milliseconds(0));
  counts.dead_calls = parts.fan_out.dead_total();
  counts.calls = parts.fan_out.counts();
  counts.loads = parts.fan_out.loads();
  co_return counts;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code fault;
  double count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", fault), end; !fault && at != end; at.increment(fault))
    ++count;
  return count;
}

const base::WallTime kStarted = std::chrono::system_clock::now();

}  // namespace

management::Asked<base::Result<BackgroundCounts>> measure_background(Parts& parts) {
  return management::ask_task<BackgroundCounts>(parts.background, [&parts] { return count_in_background(parts); });
}

management::Asked<base::Result<std::size_t>> measure_buried(Parts& parts) {
  return management::ask_task<std::size_t>(parts.background, [&parts] { return parts.state->outbox->buried(); });
}

base::MetricReading& Measurements::family(std::string name, std::string help, MetricKind kind,
                                          std::vector<std::string> labels) {
  readings_.push_back({std::move(name), std::move(help), kind, std::move(labels), {}});
  return readings_.back();
}

void Measurements::add_gauge(std::string name, std::string help, double value) {
  family(std::move(name), std::move(help), MetricKind::gauge, {}).series.push_back({{}, value, {}});
}

void Measurements::add_counter(std::string name, std::string help, double value) {
  family(std::move(name), std::move(help), MetricKind::counter, {}).series.push_back({{}, value, {}});
}

void Measurements::add_process() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  add_counter("process_cpu_seconds_total", "CPU time, user and system.",
              seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  add_gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
  add_gauge("process_open_fds", "Open file descriptors.", open_descriptors());
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  add_gauge("process_max_fds", "File descriptors that there may be.", static_cast<double>(limit.rlim_cur));
  add_counter("xsrouter_exceptions_total", "What was thrown, and caught at a last resort.",
              static_cast<double>(base::exceptions_caught()));
  add_gauge("process_start_time_seconds", "When the process started, since 1970.",
            static_cast<double>(base::unix_seconds(kStarted)));
}

void Measurements::add_upstream(const net::AsioBackendPool::Counts& counts) {
  auto& connections = family("xsrouter_upstream_connections",
                             "Connections to back-ends for requests (open, of those idle) and for what lasts.",
                             MetricKind::gauge, {"state"});
  connections.series.push_back({{"open"}, static_cast<double>(counts.open), {}});
  connections.series.push_back({{"idle"}, static_cast<double>(counts.idle), {}});
  connections.series.push_back({{"lasting"}, static_cast<double>(counts.lasting), {}});
  add_gauge("xsrouter_upstream_waiting", "Requests that wait for a connection to a back-end.",
            static_cast<double>(counts.waiting));
  auto& by_name = family("xsrouter_upstream_destination_connections",
                         "Connections by destination (open, of those idle, and for what lasts), and requests that wait "
                         "for one; destinations of one origin share them.",
                         MetricKind::gauge, {"destination", "state"});
  std::size_t left = base::MetricSeries::kMost;
  for (const auto& [name, places] : counts.destinations) {
    if (left-- == 0) break;
    by_name.series.push_back({{name, "open"}, static_cast<double>(places.open), {}});
    by_name.series.push_back({{name, "idle"}, static_cast<double>(places.idle), {}});
    by_name.series.push_back({{name, "waiting"}, static_cast<double>(places.waiting), {}});
    by_name.series.push_back({{name, "lasting"}, static_cast<double>(places.lasting), {}});
  }
}

void Measurements::add_background(const BackgroundCounts& counts) {
  if (const auto& sessions = counts.sessions) {
    auto& live = family("xsrouter_sessions", "Living sessions.", MetricKind::gauge, {"kind"});
    live.series.push_back({{"anonymous"}, static_cast<double>(sessions->anonymous), {}});
    live.series.push_back({{"user"}, static_cast<double>(sessions->live - sessions->anonymous), {}});
    add_counter("xsrouter_sessions_created_total", "Sessions that came in.", static_cast<double>(sessions->created));
    auto& over =
        family("xsrouter_sessions_over_total", "Sessions that are over: ended, timed out, or pushed out by a limit.",
               MetricKind::counter, {"how"});
    over.series.push_back({{"ended"}, static_cast<double>(sessions->ended), {}});
    over.series.push_back({{"expired"}, static_cast<double>(sessions->expired), {}});
    over.series.push_back({{"evicted"}, static_cast<double>(sessions->evicted), {}});
  }
  add_gauge("xsrouter_logout_calls_waiting", "Calls that back-ends have not confirmed yet.",
            static_cast<double>(counts.logout_calls_waiting));
  add_gauge("xsrouter_logout_calls_oldest_seconds", "Age of the oldest of them.",
            std::chrono::duration<double>(counts.oldest_call).count());
  auto& waiting = family("xsrouter_logout_back_end_waiting", "Calls that wait for a back-end, by destination.",
                         MetricKind::gauge, {"destination"});
  for (const auto& load : counts.loads)
    waiting.series.push_back({{load.back_end}, static_cast<double>(load.waiting), {}});
  auto& oldest = family("xsrouter_logout_back_end_oldest_seconds", "Age of the oldest of them, by destination.",
                        MetricKind::gauge, {"destination"});
  for (const auto& load : counts.loads) {
    const auto age = std::chrono::duration<double>(load.oldest.value_or(base::milliseconds(0)));
    oldest.series.push_back({{load.back_end}, age.count(), {}});
  }
  add_counter("xsrouter_logout_calls_dead_total", "Calls that were given up.", static_cast<double>(counts.dead_calls));
  auto& calls = family("xsrouter_logout_calls_total", "Calls that are settled, by destination and outcome.",
                       MetricKind::counter, {"destination", "outcome"});
  for (const auto& [what, count] : counts.calls) {
    calls.series.push_back({{what.first, std::string(logout::to_string(what.second))}, static_cast<double>(count), {}});
  }
}

}  // namespace router::app
