// Readings of metrics as a scrape gets them. The fence around prometheus-cpp. Pure.
//
// Source: Prometheus documentation, "Exposition formats", text format 0.0.4; OpenMetrics 1.0.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"

namespace router::management {

enum class MetricsFormat { prometheus, open_metrics };

// By the Accept field: OpenMetrics where it is asked for by name, with no less weight.
MetricsFormat metrics_format(std::string_view accept);
std::string_view media_type(MetricsFormat format);
std::string metrics_text(const std::vector<base::MetricReading>& readings, MetricsFormat format);

}  // namespace router::management
