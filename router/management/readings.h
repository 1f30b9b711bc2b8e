// Questions to the readings of all metrics, for the overview and the list of routes. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"

namespace router::management {

class Readings {
 public:
  using Buckets = std::vector<base::MetricReading::Bucket>;
  struct Label {
    std::string_view name;
    std::string_view value;
  };

  explicit Readings(std::vector<base::MetricReading> readings) : readings_(std::move(readings)) {}

  // Null: there is none of that name.
  const base::MetricReading* find(std::string_view family) const;
  // Of all series with these labels; 0 where there is none.
  double sum(std::string_view family, const std::vector<Label>& labels = {}) const;
  Buckets buckets(std::string_view family, const std::vector<Label>& labels = {}) const;
  // The same for each value of a label, in one pass. A family that has no such label has none.
  std::map<std::string, double, std::less<>> sums_by(std::string_view label, std::string_view family,
                                                     const std::vector<Label>& labels = {}) const;
  std::map<std::string, Buckets, std::less<>> buckets_by(std::string_view label, std::string_view family) const;
  const std::vector<base::MetricReading>& all() const { return readings_; }

 private:
  std::vector<base::MetricReading> readings_;
};

// What came in between two readings of the same histogram; `before` empty: everything.
Readings::Buckets since(Readings::Buckets now, const Readings::Buckets& before);
// In milliseconds, straight between a bucket's bounds; absent: nothing was observed. Above the last bound: that bound.
std::optional<double> quantile(const Readings::Buckets& buckets, double share);

}  // namespace router::management
