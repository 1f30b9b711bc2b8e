// The router as a transmitter of signals: what it says of itself, and the polls of subscribers that fetch theirs.
//
// /.well-known/ssf-configuration, which the path of SIGNALS_ISSUER follows, is anybody's. A subscriber that polls is
// known by its Authorization: it finds its one stream, which the configuration has made, and where it is polled; it
// polls, and acknowledges what it has on record, or says what it does not accept. 401 for any other, limited by
// address; 400 for what is no poll, 429 for too many at a time. Nobody is ever logged out here. Background loop.
// Source: OpenID Shared Signals Framework 1.0 sections 7 and 8.1.1; RFC 8936 section 2; docs/contract/signals.md "Out".
#pragma once

#include <memory>
#include <string>

#include "logout/parts.h"
#include "logout/source.h"

namespace router::logout {

inline constexpr std::string_view kTransmitterMetadata = "/.well-known/ssf-configuration";
inline constexpr std::string_view kSignalStreams = "/xs-router/signals/streams";
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
  // nullptr: none that is known here.
  const config::SignalSubscriber* subscriber_of(const http::Request& request) const;
  std::string issuer(const SourceInput& input) const;
  http::Response metadata(const SourceInput& input) const;
  http::Response streams(const SourceInput& input, const config::SignalSubscriber& subscriber) const;
  Task<http::Response> poll(const config::SignalSubscriber& subscriber, std::string body);

  std::shared_ptr<const config::Configuration> config_;
  std::string metadata_path_;
  SignalQueue* queue_;
  Ongoing& ongoing_;
  const base::Clock& clock_;
};

}  // namespace router::logout
