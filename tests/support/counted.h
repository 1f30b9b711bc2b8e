// What the metrics of the process have come to, for tests of what counts: compare before and after.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/metrics.h"

namespace router::test {

// Of the series with these label values; a histogram: how many were observed. 0 where there is none.
inline double counted(std::string_view family, const std::vector<std::string>& labels = {}) {
  for (const auto& reading : base::MetricRegistry::of_process().read()) {
    if (reading.name != family) continue;
    for (const auto& series : reading.series) {
      if (series.label_values != labels) continue;
      return series.buckets.empty() ? series.value : static_cast<double>(series.buckets.back().count);
    }
  }
  return 0;
}

}  // namespace router::test
