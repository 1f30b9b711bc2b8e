#include "base/metrics.h"

#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace router::base {

namespace detail {

constinit thread_local Cells* t_cells = nullptr;

namespace {

// The cells of all threads. Those of a thread that has ended go on with the next one that counts, so that there are as
// many as threads at one time.
class AllCells {
 public:
  static AllCells& of_process() {
    static auto* const cells = new AllCells();  // for threads that end after main, too
    return *cells;
  }

  Cells* join() {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Cells* const taken = free_.back();
      free_.pop_back();
      return taken;
    }
    free_.reserve(all_.size() + 1);  // leave() must not fail
    all_.push_back(std::make_unique<Cells>());
    return all_.back().get();
  }

  void leave(Cells* cells) noexcept {
    const std::lock_guard lock(mutex_);
    free_.push_back(cells);
  }

  // The first of `count` cells in a row that nobody has; 0: they are used up.
  std::uint32_t take(std::uint32_t count) {
    const std::lock_guard lock(mutex_);
    if (count > kPieces * kCellsOfPiece - next_) return 0;
    const std::uint32_t first = next_;
    next_ += count;
    return first;
  }

  std::uint64_t sum(std::uint32_t cell) const {
    const std::lock_guard lock(mutex_);
    std::uint64_t total = 0;
    for (const auto& cells : all_) {
      const Cell* const piece = cells->pieces[cell / kCellsOfPiece].load(std::memory_order_acquire);
      if (piece != nullptr) total += piece[cell % kCellsOfPiece].load(std::memory_order_relaxed);
    }
    return total;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Cells>> all_;
  std::vector<Cells*> free_;
  // those before are of handles that count nothing: a counter, or a histogram without bounds
  std::uint32_t next_ = 2;
};

struct Leaver {
  ~Leaver() {
    if (t_cells != nullptr) AllCells::of_process().leave(std::exchange(t_cells, nullptr));
  }
};

}  // namespace

Cell* make_cell(std::uint32_t cell) noexcept {
  try {
    if (t_cells == nullptr) {
      t_cells = AllCells::of_process().join();
      thread_local const Leaver leaver;
      (void)leaver;
    }
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  auto& place = t_cells->pieces[cell / kCellsOfPiece];
  Cell* piece = place.load(std::memory_order_relaxed);
  if (piece == nullptr) {
    piece = new (std::nothrow) Cell[kCellsOfPiece]();
    if (piece == nullptr) return nullptr;
    place.store(piece, std::memory_order_release);
  }
  return piece + cell % kCellsOfPiece;
}

}  // namespace detail

MetricRegistry& MetricRegistry::of_process() {
  static auto* const registry = new MetricRegistry();  // outlives all families
  return *registry;
}

std::vector<MetricReading> MetricRegistry::read() const {
  const std::lock_guard lock(mutex_);
  std::vector<MetricReading> readings;
  readings.reserve(families_.size());
  for (const auto& [name, family] : families_) readings.push_back(family->read());
  return readings;
}

MetricSeries::MetricSeries(MetricKind kind, std::string_view name, std::string_view help,
                           std::vector<std::string> label_names, std::span<const microseconds> bounds, std::size_t most,
                           MetricRegistry& registry)
    : kind_(kind),
      name_(name),
      help_(help),
      label_names_(std::move(label_names)),
      bounds_(bounds),
      most_(most),
      registry_(registry) {
  const std::lock_guard lock(registry_.mutex_);
  registry_.families_.emplace(name_, this);
}

MetricSeries::~MetricSeries() {
  const std::lock_guard lock(registry_.mutex_);
  const auto found = registry_.families_.find(name_);
  if (found != registry_.families_.end() && found->second == this) registry_.families_.erase(found);
}

std::uint32_t MetricSeries::cells_of_series() const {
  // a histogram: the sum, the buckets, and what is above them
  return kind_ == MetricKind::histogram ? static_cast<std::uint32_t>(bounds_.size()) + 2 : 1;
}

std::uint32_t MetricSeries::first_cell(std::vector<std::string> values) const {
  const std::lock_guard lock(mutex_);
  if (first_cells_.size() >= most_ && !first_cells_.contains(values)) values.assign(values.size(), "other");
  const auto [entry, is_new] = first_cells_.try_emplace(std::move(values), 0);
  if (is_new) entry->second = detail::AllCells::of_process().take(cells_of_series());
  return entry->second;
}

MetricReading MetricSeries::read() const {
  MetricReading reading{name_, help_, kind_, label_names_, {}};
  const auto& cells = detail::AllCells::of_process();
  const std::lock_guard lock(mutex_);
  for (const auto& [values, first] : first_cells_) {
    if (first == 0) continue;
    MetricReading::Series series{values, 0, {}};
    const std::uint64_t sum = cells.sum(first);
    switch (kind_) {
      case MetricKind::counter:
        series.value = static_cast<double>(sum);
        break;
      case MetricKind::gauge:
        series.value = static_cast<double>(static_cast<std::int64_t>(sum));
        break;
      case MetricKind::histogram: {
        series.value = std::chrono::duration<double>(microseconds(sum)).count();
        std::uint64_t so_far = 0;
        for (std::size_t i = 0; i <= bounds_.size(); ++i) {
          so_far += cells.sum(first + 1 + static_cast<std::uint32_t>(i));
          const double bound = i < bounds_.size() ? std::chrono::duration<double>(bounds_[i]).count()
                                                  : std::numeric_limits<double>::infinity();
          series.buckets.push_back({bound, so_far});
        }
      }
    }
    reading.series.push_back(std::move(series));
  }
  return reading;
}

}  // namespace router::base
