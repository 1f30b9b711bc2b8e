#include "management/overview.h"

#include <doctest/doctest.h>

#include <limits>

#include "management/managed_world.h"
#include "support/json_schema.h"

namespace router::overview_test {
namespace {

using namespace test::managed;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

base::MetricReading counter(std::string name, std::vector<std::string> labels,
                            std::vector<base::MetricReading::Series> series) {
  return {std::move(name), "", base::MetricKind::counter, std::move(labels), std::move(series)};
}

// So many requests by route 0 within 10 ms, within 100 ms, and longer; every `fifth` one is answered with 5xx.
Sample sample_of(base::seconds at, std::uint64_t quick, std::uint64_t slow, double failed) {
  const auto all = static_cast<double>(quick + slow);
  base::MetricReading seconds{"xsrouter_request_seconds", "", base::MetricKind::histogram, {"route", "source"}, {}};
  seconds.series.push_back({{"0", "^/a"}, 0, {{0.01, quick}, {0.1, quick + slow}, {kInfinity, quick + slow}}});
  auto upstream = seconds;
  upstream.name = "xsrouter_upstream_seconds";
  upstream.label_names = {"destination"};
  upstream.series.front().label_values = {"bank"};
  return {base::SteadyTime(at), Readings({counter("xsrouter_requests_total", {"route", "source", "class"},
                                                  {{{"0", "^/a", "2xx"}, all - failed, {}},
                                                   {{"0", "^/a", "5xx"}, failed, {}},
                                                   {{"none", "", "4xx"}, 2, {}}}),
                                          std::move(seconds), std::move(upstream)})};
}

json look(const Sample& now, const Sample* before, Readiness readiness = {}) {
  return json::parse(overview(now, before, readiness));
}

}  // namespace

TEST_CASE("overview: rates and quantiles are of the time between two samples [issue 14]") {
  const auto before = sample_of(base::seconds(100), 10, 0, 0);
  const auto now = sample_of(base::seconds(102), 10, 100, 0);
  const auto shown = look(now, &before);
  CHECK(shown["window_seconds"] == 2.0);
  CHECK(shown["requests"]["total"] == 112);
  CHECK(shown["requests"]["per_second"] == 50.0);
  // all of them in the bucket from 10 to 100 ms
  CHECK(shown["requests"]["p50_ms"] == doctest::Approx(55));
  CHECK(shown["requests"]["p99_ms"] == doctest::Approx(99.1));
  CHECK(shown["back_ends"][0]["name"] == "bank");
  CHECK(shown["back_ends"][0]["requests"] == 110);
  CHECK(shown["back_ends"][0]["per_second"] == 50.0);
  const auto quiet = look(now, &now);
  CHECK(quiet["requests"]["per_second"] == 0.0);
  CHECK(quiet["requests"]["p50_ms"].is_null());
}

TEST_CASE("overview: what is wrong is said in words [issue 14]") {
  const auto before = sample_of(base::seconds(1), 100, 0, 0);
  CHECK(look(sample_of(base::seconds(2), 200, 0, 4), &before)["problems"].empty());
  const auto failing =
      look(sample_of(base::seconds(2), 200, 0, 10), &before, {true, {{"session store", false, "is away"}}});
  CHECK(failing["problems"] == json::array({"the router is stopping", "session store: is away",
                                            "more than one request in twenty is answered with 5xx"}));
  auto waiting = sample_of(base::seconds(2), 1, 0, 0);
  auto readings = waiting.readings.all();
  readings.push_back(counter("xsrouter_logout_calls_dead", {}, {{{}, 3, {}}}));
  readings.push_back(
      counter("xsrouter_upstream_faults_total", {"destination", "fault"}, {{{"bank", "refused"}, 2, {}}}));
  readings.push_back(counter("xsrouter_logout_calls_oldest_seconds", {}, {{{}, 301, {}}}));
  waiting.readings = Readings(std::move(readings));
  CHECK(look(waiting, nullptr)["problems"] ==
        json::array({"3 logout calls were given up, and are still to be tried again or dropped",
                     "back-ends have not confirmed a logout for 5 minutes",
                     "more than one request in twenty to bank fails there"}));
  CHECK(look(waiting, nullptr)["back_ends"][0]["faults"] == 2);
}

TEST_CASE("overview: quantiles lie between the bounds of a bucket, and never beyond the last one [issue 14]") {
  using Buckets = Readings::Buckets;
  CHECK_FALSE(quantile({}, 0.5));
  CHECK_FALSE(quantile(Buckets{{0.1, 0}, {kInfinity, 0}}, 0.5));
  CHECK(*quantile(Buckets{{0.1, 10}, {kInfinity, 10}}, 0.5) == doctest::Approx(50));
  CHECK(*quantile(Buckets{{0.1, 0}, {0.2, 10}, {kInfinity, 10}}, 1) == doctest::Approx(200));
  CHECK(*quantile(Buckets{{0.1, 1}, {0.2, 1}, {kInfinity, 100}}, 0.99) == doctest::Approx(200));
  CHECK(since(Buckets{{0.1, 5}, {kInfinity, 7}}, Buckets{{0.1, 2}, {kInfinity, 9}}).back().count == 0);
}

TEST_CASE("management: routes are listed with what came their way [issue 14]") {
  const auto sample = sample_of(base::seconds(1), 90, 10, 5);
  const auto list = json::parse(route_list(sample.readings, R"({"descriptor":{"routes":[
    {"source":"^/a","target":"/b","destination":"bank","authenticationType":"oidc"},{"source":{"path":"^/c","matchCase":false}}]}})"));
  REQUIRE(list["routes"].size() == 3);
  const auto& first = list["routes"][0];
  CHECK(first["source"] == "^/a");
  CHECK(first["destination"] == "bank");
  CHECK(first["authenticationType"] == "oidc");
  CHECK(first["hits"] == 100);
  CHECK(first["server_errors"] == 5);
  CHECK(first["p50_ms"].get<double>() <= 10);
  CHECK(list["routes"][1]["source"] == "^/c");
  CHECK(list["routes"][1]["hits"] == 0);
  CHECK(list["routes"][2]["route"] == "none");
  CHECK(list["routes"][2]["client_errors"] == 2);
  CHECK(json::parse(route_list(sample.readings, "nonsense"))["routes"].size() == 1);
}

TEST_CASE("management: live events are overviews, a line each, and come to an end [issue 14]") {
  World world;
  const auto answer = world.ask("GET", "/api/events", "only-look");
  CHECK(answer.type == "text/event-stream");
  REQUIRE(answer.stream.next);
  CHECK(answer.stream.pause == base::seconds(1));
  const auto openapi = world.ask_json("GET", "/openapi.json");
  const auto schema =
      openapi["paths"]["/api/overview"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
  int lines = 0;
  for (auto line = answer.stream.next(); !line.empty(); line = answer.stream.next()) {
    if (++lines > 2) continue;
    REQUIRE(line.starts_with("data: {"));
    CHECK(line.ends_with("\n\n"));
    CHECK(test::schema_fault(schema, json::parse(line.substr(6))) == "");
  }
  CHECK(lines == 3'600);
}

}  // namespace router::overview_test
