#include "app/operations.h"

#include <nlohmann/json.hpp>

#include "app/application_queries.h"
#include "app/explain.h"
#include "app/measurements.h"
#include "app/outbox_queries.h"
#include "app/receipt_queries.h"
#include "app/session_queries.h"
#include "app/signal_queries.h"
#include "base/json_text.h"
#include "http/target.h"
#include "management/ask.h"

namespace router::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using management::Dependency;

namespace {

Error no_answer() { return {ErrorCode::unavailable, Side::router, "the router did not answer in time"}; }

base::SteadyTime patience_ends() { return std::chrono::steady_clock::now() + management::kPatience; }

Dependency certificate(const net::ServerTls& tls, base::WallTime now) {
  const auto days = std::chrono::duration_cast<std::chrono::hours>(tls.expires() - now).count() / 24;
  const bool is_valid = tls.expires() > now;
  return {"certificate", is_valid, is_valid ? std::to_string(days) + " days left" : "has expired"};
}

// Background loop.
std::vector<Dependency> dependencies(const Operations::InForce& in_force, Parts& parts) {
  std::vector<Dependency> all;
  const auto store = parts.sessions.health();
  all.push_back({"session store", store.is_available, store.fault});
  const bool is_writable = parts.fan_out.is_writable();
  all.push_back({"logout outbox", is_writable, is_writable ? "" : "cannot be written"});
  for (const auto& provider : parts.bound_providers().all()) {
    const bool is_known = provider->known_metadata() != nullptr;
    all.push_back({"identity provider " + provider->config().name, is_known, is_known ? "" : "has not answered yet"});
  }
  for (auto& [name, detail] : signal_notes(in_force.graph->config->signals, parts.ongoing_logouts.signal_states))
    all.push_back({std::move(name), true, std::move(detail)});  // another replica would not hear more of it
  if (in_force.tls) all.push_back(certificate(*in_force.tls, parts.clock.wall()));
  return all;
}

template <class Answer>
Result<Answer> answer_of(base::Loop& loop, std::function<base::Task<Result<Answer>>()> question) {
  auto asked = management::ask_task<Answer>(loop, std::move(question));
  auto answer = asked.by(patience_ends());
  return answer ? std::move(*answer) : Result<Answer>(no_answer());
}

base::Task<Result<std::string>> said(std::string text) { co_return text; }

constexpr std::size_t kMostForeseen = 20;

bool is_signal(const config::Signals& signals, const management::ExplainQuestion& question) {
  const auto target = http::parse_target(question.method, question.url);
  return !signals.endpoint.empty() && question.method == "POST" && target && target->path == signals.endpoint;
}

base::Task<Result<std::string>> explain_now(std::shared_ptr<const pipeline::Graph> graph,
                                            management::ExplainQuestion question) {
  auto explanation = explain_request(*graph, {question.method, question.url, question.headers}, {});
  if (!explanation) co_return explanation.error();
  if (!question.body.empty()) {
    if (!is_signal(graph->config->signals, question))
      co_return Error{ErrorCode::bad_request, Side::client, "a body is that of a signal: POST, signals.endpoint"};
    auto foreseeing = graph->logout->foresee_signal(std::move(question.body), kMostForeseen);
    const auto forecast = co_await foreseeing;
    if (!forecast) co_return forecast.error();
    (*explanation)["signal"] = told_forecast(*forecast);
  }
  co_return base::json_text(*explanation);
}

}  // namespace

Operations::Operations(Given given)
    : given_(std::move(given)),
      endings_({.store = given_.parts.sessions,
                .loop = given_.parts.background,
                .clock = given_.parts.clock,
                .end = [this](logout::Selection selection) { return end_by_rules_in_force(std::move(selection)); },
                .is_stopping = [this] { return given_.stopping.load(); }}) {}

base::Task<Result<logout::Ended>> Operations::end_by_rules_in_force(logout::Selection selection) {
  const auto in_force = given_.in_force().graph;  // a reload must not pull it away
  auto ending = in_force->logout->end_sessions(logout::Cause::admin, std::move(selection));
  auto ended = co_await ending;
  co_return ended;
}

Operations::AskedReadiness Operations::ask_readiness() {
  AskedReadiness asked{management::ask<std::vector<Dependency>>(
                           given_.parts.background, [this] { return dependencies(given_.in_force(), given_.parts); }),
                       {}};
  auto loops = given_.parts.call_loops.all();
  for (auto& core : given_.cores) loops.push_back(&core.loop);
  for (auto* const loop : loops) asked.loops.push_back(management::ask<bool>(*loop, [] { return true; }));
  return asked;
}

management::Readiness Operations::readiness_of(AskedReadiness asked, base::SteadyTime ends) const {
  management::Readiness readiness;
  readiness.draining = given_.stopping;
  auto answered = asked.dependencies.by(ends);
  readiness.dependencies =
      answered ? std::move(*answered) : std::vector<Dependency>{{"background loop", false, "does not answer"}};
  std::size_t late = 0;
  for (auto& loop : asked.loops) late += loop.by(ends) ? 0 : 1;
  if (late > 0) readiness.dependencies.push_back({"loops", false, std::to_string(late) + " do not answer"});
  return readiness;
}

management::Readiness Operations::readiness() { return readiness_of(ask_readiness(), patience_ends()); }

Operations::Looked Operations::look() {
  const auto ends = patience_ends();
  auto asked = ask_readiness();
  auto measurements = measured();
  return {readiness_of(std::move(asked), ends), std::move(measurements)};
}

std::vector<base::MetricReading> Operations::measured() {
  const auto ends = patience_ends();
  std::vector<management::Asked<net::AsioBackendPool::Counts>> pools;
  for (auto& core : given_.cores) {
    pools.push_back(management::ask<net::AsioBackendPool::Counts>(core.loop, [&core] { return core.pool.counts(); }));
  }
  auto background = measure_background(given_.parts);
  auto buried = measure_buried(given_.parts);
  auto in_force = management::ask<InForce>(given_.parts.background, [this] { return given_.in_force(); });
  Measurements measured;
  measured.add_process();
  net::AsioBackendPool::Counts upstream;
  for (auto& pool : pools) {
    const auto counts = pool.by(ends);
    if (!counts) continue;
    upstream += *counts;
    for (const auto& [name, places] : counts->destinations) upstream.destinations[name] += places;
  }
  measured.add_upstream(upstream);
  std::size_t clients = 0;
  for (const auto& core : given_.cores) clients += core.server.connections();
  measured.add_gauge("xsrouter_client_connections", "Open connections of clients.", static_cast<double>(clients));
  measured.add_gauge("xsrouter_live_answers",
                     "WebSockets, event streams and answers under way that a logout would end.",
                     static_cast<double>(given_.parts.live.count()));
  measured.add_gauge("xsrouter_event_streams", "Open event streams of session.js.",
                     static_cast<double>(given_.parts.streams.count()));
  if (const auto found = background.by(ends); found && *found) measured.add_background(**found);
  if (const auto found = buried.by(ends); found && *found) {
    measured.add_gauge("xsrouter_logout_calls_dead",
                       "Calls that were given up, and neither tried again nor dropped since.",
                       static_cast<double>(**found));
  }
  if (const auto found = in_force.by(ends); found && found->tls) {
    measured.add_gauge("xsrouter_certificate_expires_timestamp_seconds", "When the first certificate ends, since 1970.",
                       static_cast<double>(base::unix_seconds(found->tls->expires())));
  }
  return std::move(measured).readings();
}

std::optional<Operations::InForce> Operations::in_force() {
  auto asked = management::ask<InForce>(given_.parts.background, [this] { return given_.in_force(); });
  return asked.by(patience_ends());
}

Result<std::string> Operations::configuration() {
  const auto found = in_force();
  return found ? Result<std::string>(*found->configuration) : no_answer();
}

void Operations::after(base::minutes time, std::function<void()> work) {
  auto& background = given_.parts.background;
  background.post([&background, time, work = std::move(work)] { background.after(time, work); });
}

Result<management::ReloadOutcome> Operations::reload() {
  auto outcome = std::make_shared<std::promise<management::ReloadOutcome>>();
  management::Asked<management::ReloadOutcome> asked(outcome->get_future());
  given_.parts.background.post([this, outcome] {
    given_.reload([outcome](management::ReloadOutcome how) { outcome->set_value(std::move(how)); });
  });
  auto told = asked.by(patience_ends());
  if (!told) return Error{ErrorCode::unavailable, Side::router, "not done within 2 s; the log says how it ends"};
  return std::move(*told);
}

Result<std::string> Operations::explain(management::ExplainQuestion question) {
  return answer_of<std::string>(given_.parts.background, [this, question = std::move(question)] {
    return explain_now(given_.in_force().graph, question);
  });
}

Result<std::string> Operations::receipts(management::ReceiptQuestion question) {
  return answer_of<std::string>(given_.parts.background, [&parts = given_.parts, question = std::move(question)] {
    return list_receipts(parts, question);
  });
}

Result<std::string> Operations::receipt(std::string logout_id, bool as_jws) {
  return answer_of<std::string>(given_.parts.background, [this, logout_id = std::move(logout_id), as_jws] {
    const auto ending = as_jws ? nullptr : endings_.find(logout_id);
    return ending ? said(to_json(*ending)) : show_receipt(given_.parts, logout_id, as_jws);
  });
}

Result<std::string> Operations::receipt_keys() {
  return answer_of<std::string>(given_.parts.background,
                                [&parts = given_.parts] { return parts.evidence.chain->public_keys(); });
}

Result<std::string> Operations::sessions(management::SessionQuestion question) {
  return answer_of<std::string>(given_.parts.background, [&parts = given_.parts, question = std::move(question)] {
    return list_sessions(parts.sessions, parts.clock, question);
  });
}

Result<std::string> Operations::end_sessions(management::EndWish wish) {
  return answer_of<std::string>(given_.parts.background,
                                [this, wish = std::move(wish)] { return endings_.begin(wish); });
}

Result<std::string> Operations::end_session(std::string fingerprint) {
  return answer_of<std::string>(given_.parts.background,
                                [this, fingerprint = std::move(fingerprint)] { return endings_.end_one(fingerprint); });
}

Result<std::string> Operations::signals() {
  return answer_of<std::string>(given_.parts.background, [this] {
    const auto config = given_.in_force().graph->config;
    return said(list_signals(config->signals, given_.parts.ongoing_logouts.signal_states, given_.parts.fan_out));
  });
}

Result<std::string> Operations::outbox(management::OutboxQuestion question) {
  return answer_of<std::string>(given_.parts.background, [&parts = given_.parts, question = std::move(question)] {
    return list_calls(*parts.state->outbox, parts.fan_out, question);
  });
}

Result<management::Retried> Operations::retry_calls(management::RetryWish wish) {
  return answer_of<management::Retried>(given_.parts.background, [&parts = given_.parts, wish = std::move(wish)] {
    return app::retry_calls(parts.fan_out, *parts.state->outbox, wish);
  });
}

Result<void> Operations::drop_call(std::string call_id) {
  return answer_of<void>(given_.parts.background, [&parts = given_.parts, call_id = std::move(call_id)] {
    return app::drop_call(*parts.state->outbox, call_id);
  });
}

Result<std::string> Operations::applications(management::ApplicationQuestion question) {
  return answer_of<std::string>(given_.parts.background, [this, question = std::move(question)] {
    const auto catalogue = given_.in_force().graph->applications;
    if (!catalogue) return said(list_applications(nullptr, question));
    const auto kept = catalogue->kept();
    return said(list_applications(&kept, question));
  });
}

Result<void> Operations::drop_application(std::string key) {
  const auto found = in_force();
  if (!found) return no_answer();
  const auto parsed = parse_application_key(key);
  const auto& catalogue = found->graph->applications;
  if (!parsed || !catalogue || !catalogue->drop(parsed->tenant, parsed->segment)) {
    return Error{ErrorCode::not_found, Side::client, "no such application is kept"};
  }
  return {};
}

}  // namespace router::app
