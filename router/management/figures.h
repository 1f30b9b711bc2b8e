// Figures as the management port writes them: with three digits, whole, or null where there is none. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "management/readings.h"

namespace router::management {

inline nlohmann::ordered_json rounded(double value) { return std::round(value * 1'000) / 1'000; }

inline nlohmann::ordered_json rounded_or_null(std::optional<double> value) {
  return value ? rounded(*value) : nlohmann::ordered_json(nullptr);
}

inline nlohmann::ordered_json whole(double value) { return static_cast<std::uint64_t>(std::max(value, 0.0)); }

inline nlohmann::ordered_json quantile_or_null(const Readings::Buckets& buckets, double share) {
  return rounded_or_null(quantile(buckets, share));
}

template <class Value>
Value at_or_none(const std::map<std::string, Value, std::less<>>& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? Value() : found->second;
}

}  // namespace router::management
