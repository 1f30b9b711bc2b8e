#include "management/overview.h"

#include <doctest/doctest.h>

#include <limits>

#include "management/managed_world.h"
#include "management/schemas.h"
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
  CHECK(json::parse(route_list(sample.readings, R"({"descriptor":[]})"))["routes"].size() == 1);
}

TEST_CASE("management: in a list of thousands of routes each has its own figures [issue 14]") {
  constexpr int kRoutes = 5'000;
  json descriptor{{"descriptor", {{"routes", json::array()}}}};
  base::MetricReading requests = counter("xsrouter_requests_total", {"route", "source", "class"}, {});
  for (int i = 0; i < kRoutes; ++i) {
    descriptor["descriptor"]["routes"].push_back({{"source", "^/" + std::to_string(i)}});
    for (const auto* kind : {"2xx", "5xx"}) requests.series.push_back({{std::to_string(i), "", kind}, double(i), {}});
  }
  requests.series.push_back({{"other", "", "2xx"}, 7, {}});
  const auto list = json::parse(route_list(Readings({std::move(requests)}), descriptor.dump()))["routes"];
  REQUIRE(list.size() == kRoutes + 2);
  CHECK(list[17]["hits"] == 34);
  CHECK(list[17]["server_errors"] == 17);
  CHECK(list[kRoutes]["route"] == "other");
  CHECK(list[kRoutes]["hits"] == 7);
}

TEST_CASE("overview: a back-end has its connections, and the share of requests that it failed [issue 14]") {
  const auto before = sample_of(base::seconds(1), 100, 0, 0);
  auto now = sample_of(base::seconds(3), 300, 0, 0);
  auto readings = now.readings.all();
  // of 200 answers 30 are 5xx; 50 more had none
  readings.push_back(counter("xsrouter_upstream_faults_total", {"destination", "fault"},
                             {{{"bank", "5xx"}, 30, {}}, {{"bank", "refused"}, 50, {}}}));
  readings.push_back({"xsrouter_upstream_destination_connections",
                      "",
                      base::MetricKind::gauge,
                      {"destination", "state"},
                      {{{"bank", "open"}, 5, {}}, {{"bank", "idle"}, 2, {}}, {{"bank", "waiting"}, 1, {}}}});
  now.readings = Readings(std::move(readings));
  const auto shown = look(now, &before)["back_ends"][0];
  CHECK(shown["faults"] == 80);
  CHECK(shown["error_share"] == doctest::Approx(0.32));
  CHECK(shown["open"] == 5);
  CHECK(shown["idle"] == 2);
  CHECK(shown["waiting"] == 1);
  const auto quiet = look(before, &before)["back_ends"][0];
  CHECK(quiet["error_share"].is_null());
  CHECK(quiet["open"] == 0);
}

TEST_CASE("management: the last 15 minutes are kept, in points of five seconds, whoever looks [issue 14]") {
  World world;
  const auto schema = json::parse(kHistorySchema);
  const auto said = [&] {
    auto answer = world.ask_json("GET", "/api/history");
    CHECK(test::schema_fault(schema, answer) == "");
    return answer;
  };
  CHECK(said()["points"].empty());
  world.history.note(sample_of(base::seconds(0), 0, 0, 0));
  CHECK(said()["points"].empty());
  for (int i = 1; i <= 200; ++i) {
    world.history.note(sample_of(base::seconds(5 * i), static_cast<std::uint64_t>(10 * i), 0, i == 200 ? 5 : 0));
  }
  const auto answer = said();
  CHECK(answer["every_seconds"] == 5);
  REQUIRE(answer["points"].size() == 180);
  CHECK(answer["points"][0]["per_second"] == 2.0);
  CHECK(answer["points"][0]["server_errors_per_second"] == 0.0);
  CHECK(answer["points"][179]["server_errors_per_second"] == 1.0);
  CHECK(answer["points"][179]["p50_ms"].get<double>() <= 10);
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
