// The router as a transmitter of signals: what it says of itself, the streams of its subscribers, and the polls of those
// that fetch theirs.
//
// /.well-known/ssf-configuration, which the path of SIGNALS_ISSUER follows, is anybody's. A subscriber is known by its
// Authorization, one that is pushed to by what its pushes carry: it finds its streams, which the configuration has made,
// and their status, which nobody but the operator changes (403); it asks for a verification event, once in
// kVerifyEvery, which comes the way that its signals do, once and not recorded. One that polls acknowledges what it has
// on record, or says what it does not accept. 401 for any other, limited by address; 400 for what is no such request, 404
// for a stream that it does not have, 429 for too many at a time. Nobody is ever logged out here. Background loop.
// Source: OpenID Shared Signals Framework 1.0 sections 7, 8.1.1, 8.1.2 and 8.1.4; RFC 8936 section 2;
// docs/contract/signals.md "Out".
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "logout/call_targets.h"
#include "logout/parts.h"
#include "logout/source.h"

namespace router::logout {

inline constexpr std::string_view kTransmitterMetadata = "/.well-known/ssf-configuration";
inline constexpr std::string_view kSignalStreams = "/xs-router/signals/streams";
inline constexpr std::string_view kSignalStatus = "/xs-router/signals/status";
inline constexpr std::string_view kSignalVerification = "/xs-router/signals/verification";
inline constexpr std::string_view kSignalPoll = "/xs-router/signals/poll";

class SignalTransmitterSource final : public Source {
 public:
  explicit SignalTransmitterSource(const Parts& parts);

  std::string_view name() const override { return "signal transmitter"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  bool wants_body(const http::Request& request) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  bool ends_sessions() const override { return false; }
  std::optional<Trigger> preview(std::string_view, const http::Target&) const override { return std::nullopt; }

 private:
  using Subscribers = std::vector<const config::SignalSubscriber*>;

  // Several may carry the same, but for those that poll.
  Subscribers subscribers_of(const http::Request& request) const;
  std::string issuer(const SourceInput& input) const;
  http::Response metadata(const SourceInput& input) const;
  nlohmann::json stream_of(const SourceInput& input, const config::SignalSubscriber& subscriber) const;
  http::Response streams(const SourceInput& input, const Subscribers& subscribers) const;
  http::Response change_status(const SourceInput& input, const Subscribers& subscribers) const;
  http::Response verify(const SourceInput& input, const Subscribers& subscribers);
  Task<http::Response> poll(const config::SignalSubscriber& subscriber, std::string body);

  std::shared_ptr<const config::Configuration> config_;
  std::string metadata_path_;
  CallTargets targets_;
  FanOut& fan_out_;
  SignalQueue* queue_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
};

}  // namespace router::logout
