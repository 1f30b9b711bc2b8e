#include "management/metrics_text.h"

#include <prometheus/text_serializer.h>

#include <charconv>
#include <sstream>

#include "base/text.h"

namespace router::management {
namespace {

constexpr std::string_view kOpenMetrics = "application/openmetrics-text";
constexpr std::string_view kCounterEnd = "_total";

prometheus::ClientMetric to_metric(const base::MetricReading& family, const base::MetricReading::Series& series) {
  prometheus::ClientMetric metric;
  for (std::size_t i = 0; i < family.label_names.size(); ++i) {
    metric.label.push_back({family.label_names[i], series.label_values[i]});
  }
  switch (family.kind) {
    case base::MetricKind::counter:
      metric.counter.value = series.value;
      break;
    case base::MetricKind::gauge:
      metric.gauge.value = series.value;
      break;
    case base::MetricKind::histogram:
      metric.histogram.sample_sum = series.value;
      for (const auto& bucket : series.buckets) metric.histogram.bucket.push_back({bucket.count, bucket.at_most});
      metric.histogram.sample_count = series.buckets.empty() ? 0 : series.buckets.back().count;
      break;
  }
  return metric;
}

prometheus::MetricFamily to_family(const base::MetricReading& reading) {
  prometheus::MetricFamily family;
  family.name = reading.name;
  family.help = reading.help;
  switch (reading.kind) {
    case base::MetricKind::counter:
      family.type = prometheus::MetricType::Counter;
      break;
    case base::MetricKind::gauge:
      family.type = prometheus::MetricType::Gauge;
      break;
    case base::MetricKind::histogram:
      family.type = prometheus::MetricType::Histogram;
      break;
  }
  for (const auto& series : reading.series) family.metric.push_back(to_metric(reading, series));
  return family;
}

std::string serialise(const base::MetricReading& reading) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  prometheus::TextSerializer().Serialize(text, {to_family(reading)});
  return std::move(text).str();
}

// In OpenMetrics a counter's family has the name without _total; its samples keep it.
void append_open(const base::MetricReading& reading, std::string& text) {
  std::string_view family = reading.name;
  if (reading.kind == base::MetricKind::counter && family.ends_with(kCounterEnd)) {
    family.remove_suffix(kCounterEnd.size());
  }
  const std::string lines = serialise(reading);
  for (const auto line : base::split(lines, '\n')) {
    if (line.empty()) continue;
    const auto words = base::cut(line, ' ');
    const bool describes = words.before == "#" && words.after.has_value();
    if (!describes) {
      text.append(line).append("\n");
      continue;
    }
    const auto kind = base::cut(*words.after, ' ');
    const auto rest = base::cut(kind.after.value_or(""), ' ');
    text.append("# ").append(kind.before).append(" ").append(family).append(" ").append(rest.after.value_or(""));
    text.append("\n");
  }
}

// Of one element of Accept; 1 where nothing is said.
double weight_of(std::string_view element) {
  for (const auto parameter : base::split(element, ';')) {
    const auto parts = base::cut(base::trim(parameter), '=');
    if (!base::equals_ignoring_case(base::trim(parts.before), "q") || !parts.after) continue;
    const auto number = base::trim(*parts.after);
    double weight = 0;
    std::from_chars(number.data(), number.data() + number.size(), weight);
    return weight;
  }
  return 1;
}

}  // namespace

MetricsFormat metrics_format(std::string_view accept) {
  double open = 0;
  double plain = 0;
  for (const auto element : base::split(accept, ',')) {
    const auto type = base::trim(base::cut(element, ';').before);
    if (base::equals_ignoring_case(type, kOpenMetrics)) {
      open = std::max(open, weight_of(element));
    } else if (base::equals_ignoring_case(type, "text/plain")) {
      plain = std::max(plain, weight_of(element));
    }
  }
  return open > 0 && open >= plain ? MetricsFormat::open_metrics : MetricsFormat::prometheus;
}

std::string_view media_type(MetricsFormat format) {
  return format == MetricsFormat::open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                               : "text/plain; version=0.0.4; charset=utf-8";
}

std::string metrics_text(const std::vector<base::MetricReading>& readings, MetricsFormat format) {
  std::string text;
  for (const auto& reading : readings) {
    if (format == MetricsFormat::open_metrics) {
      append_open(reading, text);
    } else {
      text += serialise(reading);
    }
  }
  if (format == MetricsFormat::open_metrics) text += "# EOF\n";
  return text;
}

}  // namespace router::management
