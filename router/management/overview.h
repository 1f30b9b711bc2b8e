// What the router does now, in figures, and what is wrong, in words; and its routes with what came their way. Pure.
//
// Source: docs/contract/operations.md "Management port", "Console".
#pragma once

#include <string>

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

// As JSON. Rates and quantiles are of the time since `before`; null: since the start of the process.
std::string overview(const Sample& now, const Sample* before, const Readiness& readiness);

// As JSON, in the order of the descriptor. `configuration`: of Operations::configuration().
std::string route_list(const Readings& readings, const std::string& configuration);

}  // namespace router::management
