// `xs-router signals create|status|verify|delete TRANSMITTER`: the streams of this router at a transmitter of shared
// signals, as its configuration knows it. Asks the transmitter, and no running router.
//
// Exit codes: 0 it is done; 1 the transmitter said no, has no such stream, or calls the router by another audience than
// the configuration; 2 it could not be asked. Source: OpenID Shared Signals Framework 1.0 section 8.1;
// docs/contract/signals.md "In".
#pragma once

#include <string>

#include "app/operator_commands.h"
#include "config/load.h"

namespace router::app {

struct SignalsOrder {
  enum class What { create, status, verify, remove } what = What::status;
  std::string transmitter;  // its issuer
  std::string endpoint;     // create: where it pushes to; empty: SIGNALS_ISSUER and signals.endpoint
  std::string stream;       // which one, where there are several
};

int run_signals(const config::LoadInput& input, const SignalsOrder& order, bool json, const Console& console);

}  // namespace router::app
