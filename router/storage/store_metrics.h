// How long what is kept outside the process takes, and how often it fails. Any thread.
#pragma once

#include "base/clock.h"
#include "base/metrics.h"

namespace router::storage {

// Of one medium.
struct StoreMetrics {
  base::Histogram took;
  base::Counter failed;

  void note(base::SteadyTime began, bool is_good) const noexcept {
    took.observe(std::chrono::steady_clock::now() - began);
    if (!is_good) failed.add();
  }
};
// The state file, until it is written; Redis, until it has answered.
const StoreMetrics& file_metrics();
const StoreMetrics& redis_metrics();

}  // namespace router::storage
