#include "base/metrics.h"

#include <doctest/doctest.h>

#include <limits>
#include <thread>

namespace router::metrics_test {
namespace {

using namespace router::base;

// The one family of that registry.
MetricReading only(const MetricRegistry& registry) {
  auto readings = registry.read();
  REQUIRE(readings.size() == 1);
  return std::move(readings.front());
}

}  // namespace

TEST_CASE("metrics: what all threads have counted is summed, also of those that have ended [H12]") {
  MetricRegistry registry;
  const CounterFamily family("test_requests_total", "Requests.", {"route"}, MetricSeries::kMost, registry);
  const Counter counter = family.with("a");
  constexpr int kThreads = 8;
  constexpr int kEach = 10'000;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kEach; ++n) counter.add();
      });
    }
    (void)registry.read();  // while they count
    for (auto& thread : threads) thread.join();
  }
  counter.add(5);
  const auto reading = only(registry);
  CHECK(reading.name == "test_requests_total");
  CHECK(reading.help == "Requests.");
  CHECK(reading.kind == MetricKind::counter);
  CHECK(reading.label_names == std::vector<std::string>{"route"});
  REQUIRE(reading.series.size() == 1);
  CHECK(reading.series[0].label_values == std::vector<std::string>{"a"});
  CHECK(reading.series[0].value == 2 * kThreads * kEach + 5);
}

TEST_CASE("metrics: a series is one, however often it is asked for, and labels keep series apart [H12]") {
  MetricRegistry registry;
  const CounterFamily family("test_total", "T.", {"route", "class"}, MetricSeries::kMost, registry);
  family.with("a", "2xx").add();
  family.with(std::string("a"), std::string_view("2xx")).add();
  family.with("a", "4xx").add();
  family.with("2xx", "a").add();
  const auto reading = only(registry);
  REQUIRE(reading.series.size() == 3);
  CHECK(reading.series[1].label_values == std::vector<std::string>{"a", "2xx"});
  CHECK(reading.series[1].value == 2);
  CHECK(reading.series[2].value == 1);
}

TEST_CASE("metrics: a gauge goes down on another thread than up, and below nothing [H12]") {
  MetricRegistry registry;
  const GaugeFamily family("test_open", "Open.", {"kind"}, MetricSeries::kMost, registry);
  const Gauge gauge = family.with("socket");
  gauge.add(3);
  std::thread([&] { gauge.add(-2); }).join();
  CHECK(only(registry).series[0].value == 1);
  gauge.add(-4);
  CHECK(only(registry).series[0].value == -3);
}

TEST_CASE("metrics: a histogram's buckets hold what is at most their bound, and all before [H12]") {
  static constexpr std::array kBounds{microseconds{10}, microseconds{100}, microseconds{1'000}};
  MetricRegistry registry;
  const HistogramFamily family("test_seconds", "T.", {"route"}, kBounds, MetricSeries::kMost, registry);
  const Histogram histogram = family.with("a");
  for (const int took : {-5, 0, 10, 11, 100, 1'000, 1'001, 5'000'000}) histogram.observe(microseconds(took));
  const auto reading = only(registry);
  REQUIRE(reading.series.size() == 1);
  const auto& buckets = reading.series[0].buckets;
  REQUIRE(buckets.size() == 4);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(buckets[0].at_most == doctest::Approx(0.00001));
  CHECK(buckets[3].at_most == infinity);
  CHECK(buckets[0].count == 3);
  CHECK(buckets[1].count == 5);
  CHECK(buckets[2].count == 6);
  CHECK(buckets[3].count == 8);
  CHECK(reading.series[0].value == doctest::Approx(5.002122));
}

TEST_CASE("metrics: labels are bounded, what comes after is counted together [H12]") {
  MetricRegistry registry;
  const CounterFamily family("test_total", "T.", {"destination"}, 3, registry);
  for (int i = 0; i < 100; ++i) family.with(std::to_string(i)).add();
  family.with("1").add();  // was there before
  const auto reading = only(registry);
  REQUIRE(reading.series.size() == 4);
  CHECK(reading.series[1].label_values == std::vector<std::string>{"1"});
  CHECK(reading.series[1].value == 2);
  CHECK(reading.series[3].label_values == std::vector<std::string>{"other"});
  CHECK(reading.series[3].value == 97);
}

TEST_CASE("metrics: a handle made by default counts nothing [H12]") {
  MetricRegistry registry;
  const CounterFamily family("test_total", "T.", {"a"}, MetricSeries::kMost, registry);
  family.with("x");
  Counter().add();
  Gauge().add(-1);
  Histogram().observe(std::chrono::hours(1));
  CHECK(only(registry).series[0].value == 0);
}

TEST_CASE("metrics: families are read in the order of their names, and leave with who made them [H12]") {
  MetricRegistry registry;
  {
    const SingleCounter later("test_b_total", "B.", registry);
    const SingleGauge first("test_a", "A.", registry);
    later.add(2);
    first.add(7);
    const auto readings = registry.read();
    REQUIRE(readings.size() == 2);
    CHECK(readings[0].name == "test_a");
    CHECK(readings[0].series[0].value == 7);
    CHECK(readings[1].series[0].value == 2);
    CHECK(readings[1].series[0].label_values.empty());
  }
  CHECK(registry.read().empty());
}

TEST_CASE("metrics: more series than a piece has cells are counted each for itself [H12]") {
  MetricRegistry registry;
  const CounterFamily family("test_total", "T.", {"n"}, 5'000, registry);
  std::vector<Counter> counters;
  for (int i = 0; i < 3'000; ++i) counters.push_back(family.with(std::to_string(10'000 + i)));
  for (std::size_t i = 0; i < counters.size(); ++i) counters[i].add(i);
  const auto reading = only(registry);
  REQUIRE(reading.series.size() == 3'000);
  for (std::size_t i = 0; i < reading.series.size(); ++i) REQUIRE(reading.series[i].value == static_cast<double>(i));
}

TEST_CASE("metrics: those of the process keep to the names that Prometheus recommends [H12]") {
  for (const auto& reading : MetricRegistry::of_process().read()) {
    CAPTURE(reading.name);
    CHECK(reading.name.starts_with("xsrouter_"));
    CHECK(reading.name.ends_with("_total") == (reading.kind == MetricKind::counter));
    if (reading.kind == MetricKind::histogram) CHECK(reading.name.ends_with("_seconds"));
    CHECK(reading.help.ends_with("."));
  }
}

}  // namespace router::metrics_test
