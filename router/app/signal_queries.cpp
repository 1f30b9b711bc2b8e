#include "app/signal_queries.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/session_queries.h"
#include "base/json_text.h"

namespace router::app {
namespace {

using nlohmann::ordered_json;

void add_state(const logout::SignalStreamState& state, ordered_json& shown) {
  shown["taken"] = state.taken;
  shown["refused"] = state.refused;
  if (state.last_at) {
    shown["last_event"] = state.last_event;
    shown["last_at"] = base::unix_seconds(*state.last_at);
    shown["lag_ms"] = state.lag.count();
  }
  if (state.verified_at) {
    shown["verified_at"] = base::unix_seconds(*state.verified_at);
    shown["verified_state"] = state.verified_state;
  }
  if (!state.status.empty()) shown["status"] = state.status;
  if (!state.fault.empty()) shown["fault"] = state.fault;
}

ordered_json shown_subscriber(const config::SignalSubscriber& subscriber,
                              const std::vector<logout::BackEndLoad>& loads) {
  ordered_json shown{{"audience", subscriber.audience}, {"delivery", subscriber.polls() ? "poll" : "push"}};
  if (!subscriber.polls()) shown["url"] = subscriber.url;
  const auto load =
      std::find_if(loads.begin(), loads.end(), [&](const auto& one) { return one.back_end == subscriber.audience; });
  shown["waiting"] = load == loads.end() ? 0 : load->waiting;
  return shown;
}

}  // namespace

std::string list_signals(const config::Signals& signals, const logout::SignalStates& states,
                         const logout::FanOut& fan_out) {
  ordered_json transmitters = ordered_json::array();
  for (const auto& transmitter : signals.transmitters) {
    const bool is_polled = transmitter.delivery == config::SignalDelivery::poll;
    ordered_json shown{
        {"issuer", transmitter.issuer}, {"audience", transmitter.audience}, {"delivery", is_polled ? "poll" : "push"}};
    const auto known = states.find(transmitter.issuer);
    const auto state = known == states.end() ? logout::SignalStreamState() : known->second;
    if (is_polled) shown["polled_here"] = state.is_polling;
    add_state(state, shown);
    transmitters.push_back(std::move(shown));
  }
  ordered_json subscribers = ordered_json::array();
  const auto loads = fan_out.loads();
  for (const auto& subscriber : signals.subscribers) subscribers.push_back(shown_subscriber(subscriber, loads));
  return base::json_text(
      ordered_json{{"transmitters", std::move(transmitters)}, {"subscribers", std::move(subscribers)}});
}

std::vector<std::pair<std::string, std::string>> signal_notes(const config::Signals& signals,
                                                              const logout::SignalStates& states) {
  std::vector<std::pair<std::string, std::string>> notes;
  for (const auto& transmitter : signals.transmitters) {
    std::string detail;
    if (const auto state = states.find(transmitter.issuer); state != states.end()) {
      const auto& status = state->second.status;
      if (!status.empty() && status != "enabled") detail = "the transmitter says: " + status;
      if (!state->second.fault.empty()) detail = "cannot be polled";
    }
    notes.emplace_back("signals of " + transmitter.issuer, std::move(detail));
  }
  return notes;
}

ordered_json told_forecast(const logout::Service::Forecast& forecast) {
  if (const auto* refused = std::get_if<identity::RefusedSet>(&forecast.signal))
    return {{"refused", identity::to_string(refused->fault)}, {"why", refused->detail}};
  const auto& signal = std::get<logout::ForeseenSignal>(forecast.signal);
  ordered_json told{{"transmitter", signal.transmitter},
                    {"event", signal.event},
                    {"effect", config::to_string(signal.effect)},
                    {"txn", signal.txn},
                    {"began_here", signal.is_ours}};
  ordered_json sessions = ordered_json::array();
  for (const auto& session : forecast.sessions) sessions.push_back(told_session(*session));
  told["sessions"] = std::move(sessions);
  told["are_all"] = forecast.are_all;
  return told;
}

}  // namespace router::app
