// Shared signals, pushed: a transmitter tells what has happened to somebody, and his sessions end, or have to prove anew
// who he is, or get new tokens.
//
// POST of one security event token, application/secevent+jwt. 202 without a body when what it does is on record, also
// where it fits nobody or has been here before; 400 with one of the registered codes otherwise, 413 for more than
// 64 KiB, 429 for an address that sends too many, 503 while store or keys are away: the transmitter tries again. What
// an event does is the operator's choice (config/signal_events.h); the strictest of one token holds, and whose sessions
// began after the event lives on. Background loop. Source: RFC 8935 section 2; OpenID Shared Signals Framework 1.0
// section 4; docs/contract/signals.md "In".
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "identity/providers.h"
#include "identity/security_event.h"
#include "identity/token_issuer.h"
#include "logout/ongoing.h"
#include "logout/source.h"
#include "session/shared_state.h"

namespace router::logout {

class SignalsSource final : public Source {
 public:
  SignalsSource(std::shared_ptr<const config::Configuration> config, std::shared_ptr<identity::Providers> providers,
                std::shared_ptr<identity::TokenIssuers> transmitters, session::SharedState& shared, Ongoing& ongoing,
                const base::Clock& clock);

  std::string_view name() const override { return "signals"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  bool wants_body(const http::Request& request) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<http::Response> failure() const override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  using Verified = std::variant<identity::SecurityEvent, http::Response>;

  // Null, and the answer, where nothing more is done about the token.
  const config::SignalTransmitter* admit(const SourceInput& input, const std::string& token,
                                         http::Response& refused) const;
  Task<Verified> verify(const config::SignalTransmitter& transmitter, std::string token);
  Recognition recognition_of(const config::SignalTransmitter& transmitter, const identity::SecurityEvent& set) const;

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::Providers> providers_;
  std::shared_ptr<identity::TokenIssuers> transmitters_;
  session::SharedState& shared_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
};

}  // namespace router::logout
