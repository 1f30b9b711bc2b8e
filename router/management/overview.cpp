#include "management/overview.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace router::management {
namespace {

using nlohmann::ordered_json;
using Label = Readings::Label;

constexpr std::string_view kRequests = "xsrouter_requests_total";
constexpr std::string_view kRequestSeconds = "xsrouter_request_seconds";
constexpr std::string_view kUpstreamSeconds = "xsrouter_upstream_seconds";
constexpr std::string_view kUpstreamFaults = "xsrouter_upstream_faults_total";
constexpr std::string_view kCalls = "xsrouter_logout_calls_total";
constexpr std::string_view kDeadCalls = "xsrouter_logout_calls_dead";
constexpr std::string_view kOldestCall = "xsrouter_logout_calls_oldest_seconds";
constexpr double kOverdueSeconds = 300;
// A share of what is asked.
constexpr double kManyFaults = 0.05;

ordered_json rounded(double value) { return std::round(value * 1'000) / 1'000; }

ordered_json whole(double value) { return static_cast<std::uint64_t>(std::max(value, 0.0)); }

ordered_json quantile_or_null(const Readings::Buckets& buckets, double share) {
  const auto found = quantile(buckets, share);
  return found ? rounded(*found) : ordered_json(nullptr);
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double count_of(const Readings::Buckets& buckets) {
  return buckets.empty() ? 0 : static_cast<double>(buckets.back().count);
}

// Two samples and what happened between them.
struct Window {
  const Readings& now;
  const Readings* before;  // null: the start
  double seconds;

  double rate(std::string_view family, const std::vector<Label>& labels = {}) const {
    const double earlier = before == nullptr ? 0 : before->sum(family, labels);
    return std::max(now.sum(family, labels) - earlier, 0.0) / seconds;
  }
  Readings::Buckets buckets(std::string_view family, const std::vector<Label>& labels = {}) const {
    return since(now.buckets(family, labels),
                 before == nullptr ? Readings::Buckets() : before->buckets(family, labels));
  }
};

ordered_json requests_of(const Window& window) {
  const auto buckets = window.buckets(kRequestSeconds);
  return {{"total", whole(window.now.sum(kRequests))},
          {"client_errors", whole(window.now.sum(kRequests, {{"class", "4xx"}}))},
          {"server_errors", whole(window.now.sum(kRequests, {{"class", "5xx"}}))},
          {"per_second", rounded(window.rate(kRequests))},
          {"client_errors_per_second", rounded(window.rate(kRequests, {{"class", "4xx"}}))},
          {"server_errors_per_second", rounded(window.rate(kRequests, {{"class", "5xx"}}))},
          {"p50_ms", quantile_or_null(buckets, 0.5)},
          {"p99_ms", quantile_or_null(buckets, 0.99)}};
}

ordered_json connections_of(const Readings& now) {
  return {{"clients", whole(now.sum("xsrouter_client_connections"))},
          {"live_answers", whole(now.sum("xsrouter_live_answers"))},
          {"event_streams", whole(now.sum("xsrouter_event_streams"))},
          {"upstream_open", whole(now.sum("xsrouter_upstream_connections", {{"state", "open"}}))},
          {"upstream_idle", whole(now.sum("xsrouter_upstream_connections", {{"state", "idle"}}))},
          {"upstream_waiting", whole(now.sum("xsrouter_upstream_waiting"))}};
}

ordered_json logouts_of(const Window& window) {
  ordered_json calls = ordered_json::object();
  for (const auto* outcome : {"confirmed", "refused", "unconfirmed", "dead"}) {
    calls[outcome] = whole(window.now.sum(kCalls, {{"outcome", outcome}}));
  }
  return {{"calls", std::move(calls)},
          {"confirmed_per_second", rounded(window.rate(kCalls, {{"outcome", "confirmed"}}))},
          {"waiting", whole(window.now.sum("xsrouter_logout_calls_waiting"))},
          {"oldest_seconds", rounded(window.now.sum(kOldestCall))}};
}

ordered_json back_ends_of(const Window& window) {
  ordered_json list = ordered_json::array();
  for (const auto& name : window.now.values_of(kUpstreamSeconds, "destination")) {
    const std::vector<Label> labels{{"destination", name}};
    const auto buckets = window.buckets(kUpstreamSeconds, labels);
    list.push_back({{"name", name},
                    {"requests", whole(count_of(window.now.buckets(kUpstreamSeconds, labels)))},
                    {"per_second", rounded(count_of(buckets) / window.seconds)},
                    {"faults", whole(window.now.sum(kUpstreamFaults, labels))},
                    {"faults_per_second", rounded(window.rate(kUpstreamFaults, labels))},
                    {"p50_ms", quantile_or_null(buckets, 0.5)},
                    {"p99_ms", quantile_or_null(buckets, 0.99)}});
  }
  return list;
}

// For people, the worst first.
ordered_json problems_of(const Window& window, const Readiness& readiness) {
  ordered_json problems = ordered_json::array();
  if (readiness.draining) problems.push_back("the router is stopping");
  for (const auto& one : readiness.dependencies) {
    if (!one.ready) problems.push_back(one.name + (one.detail.empty() ? " is not ready" : ": " + one.detail));
  }
  const double dead = window.now.sum(kDeadCalls);
  if (dead > 0) {
    problems.push_back(std::to_string(static_cast<std::uint64_t>(dead)) +
                       " logout calls were given up, and are still to be tried again or dropped");
  }
  if (window.now.sum(kOldestCall) > kOverdueSeconds)
    problems.push_back("back-ends have not confirmed a logout for 5 minutes");
  if (window.rate(kRequests, {{"class", "5xx"}}) > kManyFaults * window.rate(kRequests)) {
    problems.push_back("more than one request in twenty is answered with 5xx");
  }
  for (const auto& name : window.now.values_of(kUpstreamFaults, "destination")) {
    const std::vector<Label> labels{{"destination", name}};
    const double answered = count_of(window.buckets(kUpstreamSeconds, labels)) / window.seconds;
    const double failed = window.rate(kUpstreamFaults, labels);
    if (failed > kManyFaults * (answered + failed)) {
      problems.push_back("more than one request in twenty to " + name + " fails there");
    }
  }
  return problems;
}

std::string text_at(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  const auto* text = found == object.end() ? nullptr : found->get_ptr<const std::string*>();
  return text == nullptr ? std::string() : *text;
}

// What the descriptor says of a route, which the metrics call by its number.
ordered_json shown_route(const ordered_json& route, const std::string& label) {
  ordered_json shown{{"route", label}};
  if (const auto source = route.find("source"); source != route.end()) {
    shown["source"] = source->is_string() ? *source : source->is_object() ? ordered_json(text_at(*source, "path")) : "";
  }
  for (const auto* name : {"target", "destination", "service", "localDir", "authenticationType"}) {
    if (auto text = text_at(route, name); !text.empty()) shown[name] = std::move(text);
  }
  return shown;
}

// What came by a route, as the metrics call it.
ordered_json counts_of(const Readings& readings, const std::string& label) {
  const std::vector<Label> labels{{"route", label}};
  const auto of_class = [&](std::string_view name) {
    return whole(readings.sum(kRequests, {{"route", label}, {"class", name}}));
  };
  const auto buckets = readings.buckets(kRequestSeconds, labels);
  return {{"hits", whole(readings.sum(kRequests, labels))},
          {"client_errors", of_class("4xx")},
          {"server_errors", of_class("5xx")},
          {"p50_ms", quantile_or_null(buckets, 0.5)},
          {"p99_ms", quantile_or_null(buckets, 0.99)}};
}

}  // namespace

Sample take_sample(Operations& operations) {
  auto readings = base::MetricRegistry::of_process().read();
  auto measured = operations.measured();
  readings.insert(readings.end(), std::make_move_iterator(measured.begin()), std::make_move_iterator(measured.end()));
  std::sort(readings.begin(), readings.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return {std::chrono::steady_clock::now(), Readings(std::move(readings))};
}

std::string overview(const Sample& now, const Sample* before, const Readiness& readiness) {
  const double at = seconds_since_1970();
  const double started = now.readings.sum("process_start_time_seconds");
  const double uptime = started > 0 ? std::max(at - started, 0.001) : 1;
  const double between = before == nullptr ? uptime : std::chrono::duration<double>(now.at - before->at).count();
  const Window window{now.readings, before == nullptr ? nullptr : &before->readings, std::max(between, 0.001)};
  const auto& readings = now.readings;
  return base::json_text(
      ordered_json{{"at", rounded(at)},
                   {"uptime_seconds", rounded(uptime)},
                   {"window_seconds", rounded(window.seconds)},
                   {"problems", problems_of(window, readiness)},
                   {"requests", requests_of(window)},
                   {"connections", connections_of(readings)},
                   {"sessions",
                    {{"users", whole(readings.sum("xsrouter_sessions", {{"kind", "user"}}))},
                     {"anonymous", whole(readings.sum("xsrouter_sessions", {{"kind", "anonymous"}}))},
                     {"created", whole(readings.sum("xsrouter_sessions_created_total"))},
                     {"over", whole(readings.sum("xsrouter_sessions_over_total"))}}},
                   {"logouts", logouts_of(window)},
                   {"back_ends", back_ends_of(window)}});
}

std::string route_list(const Readings& readings, const std::string& configuration) {
  ordered_json routes = ordered_json::array();
  const auto add = [&](ordered_json entry) {
    entry.update(counts_of(readings, entry["route"].get<std::string>()));
    routes.push_back(std::move(entry));
  };
  const auto parsed = ordered_json::parse(configuration, nullptr, false);
  const auto descriptor =
      parsed.is_object() ? parsed.value("descriptor", ordered_json::object()) : ordered_json::object();
  if (const auto found = descriptor.find("routes"); found != descriptor.end() && found->is_array()) {
    std::size_t number = 0;
    for (const auto& route : *found) add(shown_route(route, std::to_string(number++)));
  }
  for (const auto& label : readings.values_of(kRequests, "route")) {
    if (label.starts_with("plugin ")) add({{"route", label}, {"source", ""}});
  }
  // what no route took, or not one of the descriptor's
  add({{"route", "none"}, {"source", ""}});
  return base::json_text(ordered_json{{"routes", std::move(routes)}});
}

}  // namespace router::management
