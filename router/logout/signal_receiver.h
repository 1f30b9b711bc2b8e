// What a security event token of a known transmitter says is to be done: pushed or polled, it is all one.
//
// Verifies, looks whether it has been here before, and judges: what an event does is the operator's choice
// (config/signal_events.h); the strictest of one token holds, and whose sessions began after the event lives on. One that
// began here and came back by way of others (its `txn` is ours) does nothing. Changes nothing but what Ongoing knows of
// the stream. Owner: whoever receives. Background loop. Source: OpenID Shared Signals Framework 1.0 section 4;
// docs/contract/signals.md "In".
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "identity/providers.h"
#include "identity/security_event.h"
#include "identity/token_issuer.h"
#include "logout/ongoing.h"
#include "logout/parts.h"
#include "logout/signal_subject.h"
#include "logout/source.h"
#include "session/shared_state.h"

namespace router::logout {

// Store, metadata or keys are away: it has to come again.
struct ComeAgain {};

struct ReceivedSignal {
  bool is_believed = false;  // who has signed it, and what it says, is right
  std::variant<Recognition, identity::RefusedSet, ComeAgain> what;
};

// What a signal would do.
struct ForeseenSignal {
  std::string transmitter;
  std::string event;
  std::string txn;  // may be empty
  config::SignalEffect effect = config::SignalEffect::ignore;
  bool is_ours = false;  // it began here, and does nothing
  MeantSessions meant;   // nobody where it does nothing
};

class SignalReceiver {
 public:
  explicit SignalReceiver(const Parts& parts);

  // A token, or its claims as JSON, taken for what it says, and not counted as seen: for explanations.
  std::variant<ForeseenSignal, identity::RefusedSet> foresee(const std::string& token) const;

  base::Task<ReceivedSignal> receive(const config::SignalTransmitter& transmitter, std::string token);

 private:
  using Verified = std::variant<identity::SecurityEvent, identity::RefusedSet, ComeAgain>;

  base::Task<Verified> verify(const config::SignalTransmitter& transmitter, std::string token);
  ForeseenSignal judge(const config::SignalTransmitter& transmitter, const identity::SecurityEvent& set) const;
  Recognition recognition_of(const config::SignalTransmitter& transmitter, const identity::SecurityEvent& set) const;
  void note(const identity::SecurityEvent& set);

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  std::shared_ptr<identity::TokenIssuers> transmitters_;
  session::SharedState& shared_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
  std::string own_transactions_;  // how those of ours begin; empty: there are none
};

}  // namespace router::logout
