// What the router does now, in figures, and what is wrong, in words; and its routes with what came their way. Pure.
//
// Source: docs/contract/operations.md "Management port", "Console".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "management/operations.h"
#include "management/readings.h"

namespace router::management {

struct Sample {
  base::SteadyTime at;
  Readings readings;
};

// All of what is counted and measured, now.
Sample take_sample(Operations& operations);

// With what it needs to do its work.
struct Look {
  Sample sample;
  Readiness readiness;
};
Look look_at(Operations& operations);

// As JSON. Rates and quantiles are of the time since `before`; null: since the start of the process.
std::string overview(const Sample& now, const Sample* before, const Readiness& readiness);

// What lines are drawn through: of the time between two samples.
struct Point {
  double at = 0;               // Unix seconds
  double requests = 0;         // a second
  double errors = 0;           // answers with 5xx, a second
  std::optional<double> half;  // milliseconds, of half of them; absent: there was none
  std::optional<double> most;  // of 99 of 100
  double users = 0;            // their sessions
  double confirmed = 0;        // logout calls, a second
  double waiting = 0;          // logout calls
};
Point point_of(const Sample& now, const Sample& before);
// As JSON.
std::string history_of(const std::vector<Point>& points, base::seconds every);

// As JSON, in the order of the descriptor. `configuration`: of Operations::configuration().
std::string route_list(const Readings& readings, const std::string& configuration);

}  // namespace router::management
