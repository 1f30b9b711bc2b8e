#include "management/readings.h"

#include <algorithm>
#include <cmath>

namespace router::management {
namespace {

constexpr double kMilliseconds = 1'000;

std::size_t place_of(const base::MetricReading& family, std::string_view label) {
  const auto& names = family.label_names;
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), label) - names.begin());
}

bool has_labels(const base::MetricReading& family, const base::MetricReading::Series& series,
                const std::vector<Readings::Label>& labels) {
  return std::all_of(labels.begin(), labels.end(), [&](const Readings::Label& label) {
    const auto place = place_of(family, label.name);
    return place < series.label_values.size() && series.label_values[place] == label.value;
  });
}

void add_to(Readings::Buckets& total, const Readings::Buckets& more) {
  if (total.empty()) {
    total = more;
    return;
  }
  for (std::size_t i = 0; i < total.size() && i < more.size(); ++i) total[i].count += more[i].count;
}

}  // namespace

const base::MetricReading* Readings::find(std::string_view family) const {
  const auto found =
      std::find_if(readings_.begin(), readings_.end(), [&](const auto& one) { return one.name == family; });
  return found == readings_.end() ? nullptr : &*found;
}

double Readings::sum(std::string_view family, const std::vector<Label>& labels) const {
  double total = 0;
  const auto* found = find(family);
  if (found == nullptr) return total;
  for (const auto& series : found->series) total += has_labels(*found, series, labels) ? series.value : 0;
  return total;
}

Readings::Buckets Readings::buckets(std::string_view family, const std::vector<Label>& labels) const {
  Buckets total;
  const auto* found = find(family);
  if (found == nullptr) return total;
  for (const auto& series : found->series) {
    if (has_labels(*found, series, labels)) add_to(total, series.buckets);
  }
  return total;
}

std::map<std::string, double, std::less<>> Readings::sums_by(std::string_view label, std::string_view family,
                                                             const std::vector<Label>& labels) const {
  std::map<std::string, double, std::less<>> sums;
  const auto* found = find(family);
  if (found == nullptr) return sums;
  const auto place = place_of(*found, label);
  for (const auto& series : found->series) {
    if (place < series.label_values.size() && has_labels(*found, series, labels))
      sums[series.label_values[place]] += series.value;
  }
  return sums;
}

std::map<std::string, Readings::Buckets, std::less<>> Readings::buckets_by(std::string_view label,
                                                                           std::string_view family) const {
  std::map<std::string, Buckets, std::less<>> all;
  const auto* found = find(family);
  if (found == nullptr) return all;
  const auto place = place_of(*found, label);
  for (const auto& series : found->series) {
    if (place < series.label_values.size()) add_to(all[series.label_values[place]], series.buckets);
  }
  return all;
}

Readings::Buckets since(Readings::Buckets now, const Readings::Buckets& before) {
  for (std::size_t i = 0; i < now.size() && i < before.size(); ++i)
    now[i].count -= std::min(now[i].count, before[i].count);
  return now;
}

std::optional<double> quantile(const Readings::Buckets& buckets, double share) {
  if (buckets.empty() || buckets.back().count == 0) return std::nullopt;
  const double rank = share * static_cast<double>(buckets.back().count);
  double lower = 0;
  std::uint64_t below = 0;
  for (const auto& bucket : buckets) {
    if (static_cast<double>(bucket.count) >= rank && bucket.count > below) {
      if (std::isinf(bucket.at_most)) return lower * kMilliseconds;
      const double part = (rank - static_cast<double>(below)) / static_cast<double>(bucket.count - below);
      return (lower + (bucket.at_most - lower) * part) * kMilliseconds;
    }
    lower = std::isinf(bucket.at_most) ? lower : bucket.at_most;
    below = bucket.count;
  }
  return lower * kMilliseconds;
}

}  // namespace router::management
