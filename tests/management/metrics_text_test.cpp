#include "management/metrics_text.h"

#include <doctest/doctest.h>

#include <limits>

namespace router::metrics_text_test {
namespace {

using namespace router::management;
using base::MetricKind;
using base::MetricReading;

bool holds(const std::string& text, std::string_view line) {
  return text.find(std::string(line) + "\n") != std::string::npos;
}

std::vector<MetricReading> some_readings() {
  const double infinity = std::numeric_limits<double>::infinity();
  return {
      {"xsrouter_requests_total",
       "Requests.",
       MetricKind::counter,
       {"route", "class"},
       {{{"0", "2xx"}, 3, {}}, {{"say \"hi\"\\\n", "5xx"}, 0, {}}}},
      {"xsrouter_open", "Open.", MetricKind::gauge, {}, {{{}, 7, {}}}},
      {"xsrouter_request_seconds",
       "Until the head.",
       MetricKind::histogram,
       {"route"},
       {{{"0"}, 1.5, {{0.5, 1}, {infinity, 3}}}}},
      {"xsrouter_never_total", "Never.", MetricKind::counter, {"a"}, {}},
  };
}

}  // namespace

TEST_CASE("metrics text: counters, gauges and histograms as Prometheus reads them [issue 14]") {
  const auto text = metrics_text(some_readings(), MetricsFormat::prometheus);
  CAPTURE(text);
  CHECK(holds(text, "# HELP xsrouter_requests_total Requests."));
  CHECK(holds(text, "# TYPE xsrouter_requests_total counter"));
  CHECK(holds(text, R"(xsrouter_requests_total{route="0",class="2xx"} 3)"));
  CHECK(holds(text, R"(xsrouter_requests_total{route="say \"hi\"\\\n",class="5xx"} 0)"));
  CHECK(holds(text, "xsrouter_open 7"));
  CHECK(holds(text, R"(xsrouter_request_seconds_bucket{route="0",le="0.5"} 1)"));
  CHECK(holds(text, R"(xsrouter_request_seconds_bucket{route="0",le="+Inf"} 3)"));
  CHECK(holds(text, R"(xsrouter_request_seconds_count{route="0"} 3)"));
  CHECK(holds(text, R"(xsrouter_request_seconds_sum{route="0"} 1.5)"));
  // what has counted nothing yet is described: dashboards and alerts may name it
  CHECK(holds(text, "# TYPE xsrouter_never_total counter"));
  CHECK(text.find("\nxsrouter_never") == std::string::npos);
  CHECK(text.find("# EOF") == std::string::npos);
}

TEST_CASE("metrics text: in OpenMetrics a counter's family has no _total, and the text has an end [issue 14]") {
  const auto text = metrics_text(some_readings(), MetricsFormat::open_metrics);
  CAPTURE(text);
  CHECK(holds(text, "# TYPE xsrouter_requests counter"));
  CHECK(holds(text, "# HELP xsrouter_requests Requests."));
  CHECK(holds(text, R"(xsrouter_requests_total{route="0",class="2xx"} 3)"));
  CHECK(holds(text, "# TYPE xsrouter_request_seconds histogram"));
  CHECK(text.ends_with("# EOF\n"));
}

TEST_CASE("metrics text: OpenMetrics is for who asks for it [issue 14]") {
  struct Row {
    const char* accept;
    MetricsFormat format;
  };
  const Row rows[] = {
      {"", MetricsFormat::prometheus},
      {"*/*", MetricsFormat::prometheus},
      {"text/plain", MetricsFormat::prometheus},
      {"application/openmetrics-text", MetricsFormat::open_metrics},
      {"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       MetricsFormat::open_metrics},
      {"application/openmetrics-text; q=0.2, text/plain; q=0.7", MetricsFormat::prometheus},
      {"application/openmetrics-text;q=0", MetricsFormat::prometheus},
      {"APPLICATION/OpenMetrics-Text ; version=1.0.0", MetricsFormat::open_metrics},
  };
  for (const auto& row : rows) {
    CAPTURE(row.accept);
    CHECK(metrics_format(row.accept) == row.format);
  }
}

}  // namespace router::metrics_text_test
