// How the streams of signals do, and what a signal would do, for the management port. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "config/dialects/signals.h"
#include "logout/fan_out.h"
#include "logout/service.h"
#include "logout/signal_states.h"

namespace router::app {

// {"transmitters": [...], "subscribers": [...]}, in the order of the descriptor; the states are those of this replica.
std::string list_signals(const config::Signals& signals, const logout::SignalStates& states,
                         const logout::FanOut& fan_out);

// For /ready: a name each, and what is not as it should be; empty: all is well.
std::vector<std::pair<std::string, std::string>> signal_notes(const config::Signals& signals,
                                                              const logout::SignalStates& states);

// Transmitter, event, effect, and the sessions that are meant; or why it would be refused.
nlohmann::ordered_json told_forecast(const logout::Service::Forecast& forecast);

}  // namespace router::app
