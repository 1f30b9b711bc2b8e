// Shared signals, pushed: a transmitter tells what has happened to somebody, and his sessions end, or have to prove anew
// who he is, or get new tokens.
//
// POST of one security event token, application/secevent+jwt. 202 without a body when what it does is on record, also
// where it fits nobody or has been here before; 400 with one of the registered codes otherwise, 413 for more than
// 64 KiB, 429 for an address that sends too many, 503 while store or keys are away: the transmitter tries again. Of a
// transmitter that is polled nothing is taken. What a token does: logout/signal_receiver.h. Background loop. Source:
// RFC 8935 section 2; docs/contract/signals.md "In".
#pragma once

#include <memory>
#include <string>

#include "logout/parts.h"
#include "logout/signal_receiver.h"
#include "logout/source.h"

namespace router::logout {

class SignalsSource final : public Source {
 public:
  explicit SignalsSource(const Parts& parts);

  std::string_view name() const override { return "signals"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  bool wants_body(const http::Request& request) const override;
  std::optional<http::Response> refuse_flood(const http::Request& request, std::string_view address) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<http::Response> failure() const override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  // Null, and the answer, where nothing more is done about the token.
  const config::SignalTransmitter* choose_transmitter(const SourceInput& input, const std::string& token,
                                                      http::Response& refused) const;

  std::shared_ptr<const config::Configuration> config_;
  SignalReceiver receiver_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
};

}  // namespace router::logout
