// What is counted about the router: counters, gauges and histograms with bounded labels.
//
//   const base::CounterFamily kReloads("xsrouter_reloads_total", "Reloads, by result.", {"result"});
//   kReloads.with("refused").add();
//
// A family stands at namespace scope beside what it counts, and so is registered once, for the process. with() looks a
// series up and locks: for start, reload and what is rare. What passes often keeps the handle that with() gave.
// A handle adds to a cell of the calling thread: a load and a store, no lock, no atomic read-modify-write; who reads
// sums the cells of all threads. What a thread has counted stays counted when it ends.
// Bounded: no more than `most` label sets a family; whatever comes then is counted together, labelled "other". No user
// and no path is a label. Names as Prometheus recommends: xsrouter_..._total, _seconds, _bytes.
// Threads: any; a handle is copied freely, and one made by default counts nothing. Serialised by management/.
// Source: docs/contract/operations.md "Metrics"; Prometheus documentation, "Metric and label naming".
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace router::base {

enum class MetricKind { counter, gauge, histogram };

// What a family has come to, when it was read.
struct MetricReading {
  struct Bucket {
    double at_most = 0;       // infinity: the last
    std::uint64_t count = 0;  // of all up to there
  };
  struct Series {
    std::vector<std::string> label_values;
    double value = 0;  // histogram: the sum
    std::vector<Bucket> buckets;
  };
  std::string name;
  std::string help;
  MetricKind kind = MetricKind::counter;
  std::vector<std::string> label_names;
  std::vector<Series> series;
};

namespace detail {

using Cell = std::atomic<std::uint64_t>;
inline constexpr std::uint32_t kCellsOfPiece = 1024;
inline constexpr std::uint32_t kPieces = 1024;

// The cells of one thread, in pieces that it makes when it first counts there.
struct Cells {
  std::array<std::atomic<Cell*>, kPieces> pieces{};
};
extern constinit thread_local Cells* t_cells;

// The slow way: the thread's first cell, or the first of a piece. Null: no memory, and it is not counted.
Cell* make_cell(std::uint32_t cell) noexcept;

inline void add(std::uint32_t cell, std::uint64_t amount) noexcept {
  Cells* const mine = t_cells;
  Cell* const piece = mine == nullptr ? nullptr : mine->pieces[cell / kCellsOfPiece].load(std::memory_order_relaxed);
  Cell* const found = piece == nullptr ? make_cell(cell) : piece + cell % kCellsOfPiece;
  if (found == nullptr) return;
  found->store(found->load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace detail

class Counter {
 public:
  Counter() = default;
  void add(std::uint64_t amount = 1) const noexcept { detail::add(cell_, amount); }

 private:
  friend class MetricSeries;
  explicit Counter(std::uint32_t cell) : cell_(cell) {}
  std::uint32_t cell_ = 0;
};

// Goes up and down, on whatever threads.
class Gauge {
 public:
  Gauge() = default;
  void add(std::int64_t amount) const noexcept { detail::add(cell_, static_cast<std::uint64_t>(amount)); }

 private:
  friend class MetricSeries;
  explicit Gauge(std::uint32_t cell) : cell_(cell) {}
  std::uint32_t cell_ = 0;
};

using std::chrono::microseconds;

// Of durations; exported in seconds.
class Histogram {
 public:
  Histogram() = default;
  void observe(std::chrono::steady_clock::duration took) const noexcept {
    const auto value = std::max(std::chrono::duration_cast<microseconds>(took), microseconds::zero());
    std::uint32_t bucket = 0;
    while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
    detail::add(first_ + 1 + bucket, 1);
    detail::add(first_, static_cast<std::uint64_t>(value.count()));
  }

 private:
  friend class MetricSeries;
  Histogram(std::uint32_t first, std::span<const microseconds> bounds) : first_(first), bounds_(bounds) {}
  std::uint32_t first_ = 0;  // the sum; a bucket each follows, the last without a bound
  std::span<const microseconds> bounds_;
};

// Of requests, and of what else people wait for.
inline constexpr std::array kRequestBounds{microseconds{500},       microseconds{1'000},      microseconds{2'500},
                                           microseconds{5'000},     microseconds{10'000},     microseconds{25'000},
                                           microseconds{50'000},    microseconds{100'000},    microseconds{250'000},
                                           microseconds{500'000},   microseconds{1'000'000},  microseconds{2'500'000},
                                           microseconds{5'000'000}, microseconds{10'000'000}, microseconds{30'000'000}};

class MetricSeries;

// All families there are. Thread-safe.
class MetricRegistry {
 public:
  MetricRegistry() = default;  // one of its own for a test
  static MetricRegistry& of_process();
  // In the order of their names.
  std::vector<MetricReading> read() const;

 private:
  friend class MetricSeries;
  mutable std::mutex mutex_;
  std::map<std::string, MetricSeries*, std::less<>> families_;
};

// What families have in common: the series by their labels. Their names differ: the second of a name is never read.
class MetricSeries {
 public:
  static constexpr std::size_t kMost = 1'000;

  MetricSeries(const MetricSeries&) = delete;
  MetricSeries& operator=(const MetricSeries&) = delete;

  MetricReading read() const;

 protected:
  MetricSeries(MetricKind kind, std::string_view name, std::string_view help, std::vector<std::string> label_names,
               std::span<const microseconds> bounds, std::size_t most, MetricRegistry& registry);
  ~MetricSeries();

  Counter counter(std::vector<std::string> values) const { return Counter(first_cell(std::move(values))); }
  Gauge gauge(std::vector<std::string> values) const { return Gauge(first_cell(std::move(values))); }
  Histogram histogram(std::vector<std::string> values) const { return {first_cell(std::move(values)), bounds_}; }

 private:
  std::uint32_t first_cell(std::vector<std::string> values) const;
  std::uint32_t cells_of_series() const;

  const MetricKind kind_;
  const std::string name_;
  const std::string help_;
  const std::vector<std::string> label_names_;
  const std::span<const microseconds> bounds_;
  const std::size_t most_;
  MetricRegistry& registry_;
  mutable std::mutex mutex_;
  mutable std::map<std::vector<std::string>, std::uint32_t> first_cells_;
};

template <std::size_t kLabels>
class CounterFamily : public MetricSeries {
 public:
  CounterFamily(std::string_view name, std::string_view help, const char* const (&labels)[kLabels],
                std::size_t most = kMost, MetricRegistry& registry = MetricRegistry::of_process())
      : MetricSeries(MetricKind::counter, name, help, {std::begin(labels), std::end(labels)}, {}, most, registry) {}
  template <class... Values>
  requires(sizeof...(Values) == kLabels) Counter with(const Values&... values)
  const { return counter({std::string(values)...}); }
};

template <std::size_t kLabels>
class GaugeFamily : public MetricSeries {
 public:
  GaugeFamily(std::string_view name, std::string_view help, const char* const (&labels)[kLabels],
              std::size_t most = kMost, MetricRegistry& registry = MetricRegistry::of_process())
      : MetricSeries(MetricKind::gauge, name, help, {std::begin(labels), std::end(labels)}, {}, most, registry) {}
  template <class... Values>
  requires(sizeof...(Values) == kLabels) Gauge with(const Values&... values)
  const { return gauge({std::string(values)...}); }
};

// `bounds` are constants.
template <std::size_t kLabels>
class HistogramFamily : public MetricSeries {
 public:
  HistogramFamily(std::string_view name, std::string_view help, const char* const (&labels)[kLabels],
                  std::span<const microseconds> bounds = kRequestBounds, std::size_t most = kMost,
                  MetricRegistry& registry = MetricRegistry::of_process())
      : MetricSeries(MetricKind::histogram, name, help, {std::begin(labels), std::end(labels)}, bounds, most,
                     registry) {}
  template <class... Values>
  requires(sizeof...(Values) == kLabels) Histogram with(const Values&... values)
  const { return histogram({std::string(values)...}); }
};

// One counter without labels.
class SingleCounter : public MetricSeries {
 public:
  SingleCounter(std::string_view name, std::string_view help, MetricRegistry& registry = MetricRegistry::of_process())
      : MetricSeries(MetricKind::counter, name, help, {}, {}, 1, registry), counter_(counter({})) {}
  void add(std::uint64_t amount = 1) const noexcept { counter_.add(amount); }

 private:
  const Counter counter_;
};

// One gauge without labels.
class SingleGauge : public MetricSeries {
 public:
  SingleGauge(std::string_view name, std::string_view help, MetricRegistry& registry = MetricRegistry::of_process())
      : MetricSeries(MetricKind::gauge, name, help, {}, {}, 1, registry), gauge_(gauge({})) {}
  void add(std::int64_t amount) const noexcept { gauge_.add(amount); }

 private:
  const Gauge gauge_;
};

}  // namespace router::base
