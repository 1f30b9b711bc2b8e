#include "management/overview.h"

#include <set>

#include "base/json_text.h"
#include "management/figures.h"

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

// What came of a back-end.
struct BackEnd {
  std::string name;
  double requests = 0;         // that it has answered, since the start
  double faults = 0;           // since the start
  Readings::Buckets answered;  // in the window
  double failed = 0;           // in the window
  double failed_unanswered = 0;

  std::optional<double> error_share() const {
    const double asked = count_of(answered) + failed_unanswered;
    return asked > 0 ? std::optional(std::min(failed / asked, 1.0)) : std::nullopt;
  }
};

std::vector<BackEnd> all_back_ends(const Window& window) {
  constexpr std::string_view kBy = "destination";
  const std::vector<Label> answered_so{{"fault", "5xx"}};
  const Readings none({});
  const Readings& earlier = window.before == nullptr ? none : *window.before;
  const auto requests = window.now.buckets_by(kBy, kUpstreamSeconds);
  const auto requests_before = earlier.buckets_by(kBy, kUpstreamSeconds);
  const auto faults = window.now.sums_by(kBy, kUpstreamFaults);
  const auto faults_before = earlier.sums_by(kBy, kUpstreamFaults);
  const auto answers = window.now.sums_by(kBy, kUpstreamFaults, answered_so);
  const auto answers_before = earlier.sums_by(kBy, kUpstreamFaults, answered_so);
  std::set<std::string> names;
  for (const auto& [name, buckets] : requests) names.insert(name);
  for (const auto& [name, sum] : faults) names.insert(name);
  std::vector<BackEnd> all;
  for (const auto& name : names) {
    const auto buckets = at_or_none(requests, name);
    const double failed = at_or_none(faults, name) - at_or_none(faults_before, name);
    const double with_an_answer = at_or_none(answers, name) - at_or_none(answers_before, name);
    all.push_back({name, count_of(buckets), at_or_none(faults, name), since(buckets, at_or_none(requests_before, name)),
                   failed, failed - with_an_answer});
  }
  return all;
}

ordered_json back_ends_of(const Window& window, const std::vector<BackEnd>& back_ends) {
  constexpr std::string_view kBy = "destination";
  constexpr std::string_view kConnections = "xsrouter_upstream_destination_connections";
  const auto open = window.now.sums_by(kBy, kConnections, {{"state", "open"}});
  const auto idle = window.now.sums_by(kBy, kConnections, {{"state", "idle"}});
  const auto waiting = window.now.sums_by(kBy, kConnections, {{"state", "waiting"}});
  ordered_json list = ordered_json::array();
  for (const auto& one : back_ends) {
    const auto share = one.error_share();
    list.push_back({{"name", one.name},
                    {"requests", whole(one.requests)},
                    {"per_second", rounded(count_of(one.answered) / window.seconds)},
                    {"faults", whole(one.faults)},
                    {"faults_per_second", rounded(one.failed / window.seconds)},
                    {"error_share", rounded_or_null(share)},
                    {"open", whole(at_or_none(open, one.name))},
                    {"idle", whole(at_or_none(idle, one.name))},
                    {"waiting", whole(at_or_none(waiting, one.name))},
                    {"p50_ms", quantile_or_null(one.answered, 0.5)},
                    {"p99_ms", quantile_or_null(one.answered, 0.99)}});
  }
  return list;
}

// For people, the worst first.
ordered_json problems_of(const Window& window, const std::vector<BackEnd>& back_ends, const Readiness& readiness) {
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
  for (const auto& one : back_ends) {
    if (one.error_share().value_or(0) > kManyFaults) {
      problems.push_back("more than one request in twenty to " + one.name + " fails there");
    }
  }
  return problems;
}

Sample sample_with(std::vector<base::MetricReading> measured) {
  auto readings = base::MetricRegistry::of_process().read();
  readings.insert(readings.end(), std::make_move_iterator(measured.begin()), std::make_move_iterator(measured.end()));
  std::sort(readings.begin(), readings.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return {std::chrono::steady_clock::now(), Readings(std::move(readings))};
}

}  // namespace

Sample take_sample(Operations& operations) { return sample_with(operations.measured()); }

Look look_at(Operations& operations) {
  auto looked = operations.look();
  return {sample_with(std::move(looked.measured)), std::move(looked.readiness)};
}

std::string overview(const Sample& now, const Sample* before, const Readiness& readiness) {
  const double at = seconds_since_1970();
  const double started = now.readings.sum("process_start_time_seconds");
  const double uptime = started > 0 ? std::max(at - started, 0.001) : 1;
  const double between = before == nullptr ? uptime : std::chrono::duration<double>(now.at - before->at).count();
  const Window window{now.readings, before == nullptr ? nullptr : &before->readings, std::max(between, 0.001)};
  const auto& readings = now.readings;
  const auto back_ends = all_back_ends(window);
  return base::json_text(
      ordered_json{{"at", rounded(at)},
                   {"uptime_seconds", rounded(uptime)},
                   {"window_seconds", rounded(window.seconds)},
                   {"problems", problems_of(window, back_ends, readiness)},
                   {"requests", requests_of(window)},
                   {"connections", connections_of(readings)},
                   {"sessions",
                    {{"users", whole(readings.sum("xsrouter_sessions", {{"kind", "user"}}))},
                     {"anonymous", whole(readings.sum("xsrouter_sessions", {{"kind", "anonymous"}}))},
                     {"created", whole(readings.sum("xsrouter_sessions_created_total"))},
                     {"over", whole(readings.sum("xsrouter_sessions_over_total"))}}},
                   {"logouts", logouts_of(window)},
                   {"back_ends", back_ends_of(window, back_ends)}});
}

Point point_of(const Sample& now, const Sample& before) {
  const double seconds = std::max(std::chrono::duration<double>(now.at - before.at).count(), 0.001);
  const Window window{now.readings, &before.readings, seconds};
  const auto answered = window.buckets(kRequestSeconds);
  return {.at = seconds_since_1970(),
          .requests = window.rate(kRequests),
          .errors = window.rate(kRequests, {{"class", "5xx"}}),
          .half = quantile(answered, 0.5),
          .most = quantile(answered, 0.99),
          .users = now.readings.sum("xsrouter_sessions", {{"kind", "user"}}),
          .confirmed = window.rate(kCalls, {{"outcome", "confirmed"}}),
          .waiting = now.readings.sum("xsrouter_logout_calls_waiting")};
}

std::string history_of(const std::vector<Point>& points, base::seconds every) {
  ordered_json list = ordered_json::array();
  for (const auto& point : points) {
    list.push_back({{"at", rounded(point.at)},
                    {"per_second", rounded(point.requests)},
                    {"server_errors_per_second", rounded(point.errors)},
                    {"p50_ms", rounded_or_null(point.half)},
                    {"p99_ms", rounded_or_null(point.most)},
                    {"users", whole(point.users)},
                    {"confirmed_per_second", rounded(point.confirmed)},
                    {"waiting", whole(point.waiting)}});
  }
  return base::json_text(ordered_json{{"every_seconds", every.count()}, {"points", std::move(list)}});
}

}  // namespace router::management
