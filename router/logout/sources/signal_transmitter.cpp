#include "logout/sources/signal_transmitter.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "crypto/jose_json.h"
#include "http/url.h"
#include "identity/metadata.h"
#include "identity/set_poll.h"
#include "logout/signal_answers.h"
#include "logout/signal_queue.h"
#include "session/token_attempt.h"

namespace router::logout {
namespace {

using nlohmann::json;

constexpr const char* kPollMethod = "urn:ietf:rfc:8936";
constexpr const char* kPushMethod = "urn:ietf:rfc:8935";
constexpr const char* kRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

http::Response json_answer(int status, const json& value) {
  return not_to_be_stored(http::json_response(status, base::json_text(value)));
}

http::Response no_poll(std::string_view why) {
  return json_answer(400, {{"err", "invalid_request"}, {"description", why}});
}

// Absent: that is none.
std::optional<SignalQueue::Poll> read_poll(const std::string& body) {
  const auto asked = crypto::parse_json_object(body);
  if (!asked) return std::nullopt;
  SignalQueue::Poll poll;
  poll.most = identity::kMostPolled;
  if (const auto most = asked->find("maxEvents"); most != asked->end()) {
    if (!most->is_number_unsigned()) return std::nullopt;
    poll.most = std::min<std::size_t>(most->get<std::uint64_t>(), identity::kMostPolled);
  }
  if (const auto at_once = asked->find("returnImmediately"); at_once != asked->end()) {
    if (!at_once->is_boolean()) return std::nullopt;
    poll.waits = !at_once->get<bool>();
  }
  if (const auto taken = asked->find("ack"); taken != asked->end()) {
    if (!taken->is_array()) return std::nullopt;
    for (const auto& jti : *taken) {
      if (!jti.is_string()) return std::nullopt;
      poll.answers.push_back({jti.get<std::string>(), {true}});
    }
  }
  if (const auto refused = asked->find("setErrs"); refused != asked->end()) {
    if (!refused->is_object()) return std::nullopt;
    for (const auto& [jti, fault] : refused->items())
      poll.answers.push_back({jti, {false, identity::read_refusal(base::json_text(fault))}});
  }
  return poll;
}

// SSF section 7.2: the issuer's own path follows.
std::string metadata_path(const std::string& issuer) {
  const auto url = http::parse_url(identity::transmitter_url(issuer));
  return url ? url->path : std::string(kTransmitterMetadata);
}

}  // namespace

SignalTransmitterSource::SignalTransmitterSource(const Parts& parts)
    : config_(parts.config),
      metadata_path_(metadata_path(parts.config->environment.signals_issuer)),
      queue_(parts.signal_queue),
      ongoing_(parts.ongoing),
      clock_(parts.clock) {}

bool SignalTransmitterSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  if (config_->signals.subscribers.empty()) return false;
  return path == metadata_path_ || path == kSignalStreams || path == kSignalPoll;
}

bool SignalTransmitterSource::wants_body(const http::Request& request) const {
  return request.target.path == kSignalPoll && request.is("POST") && may_handle({}, kSignalPoll, {});
}

Task<Result<std::optional<Recognition>>> SignalTransmitterSource::recognise(const SourceInput& input) {
  using Answer = std::optional<Recognition>;
  const auto& path = input.request.target.path;
  const bool is_poll = path == kSignalPoll;
  if (is_poll ? !input.request.is("POST") : !input.request.is_get_or_head())
    co_return Answer(not_to_be_stored(http::method_not_allowed(is_poll ? "POST" : "GET, HEAD")));
  if (path == metadata_path_) co_return Answer(metadata(input));
  const std::string given(input.request.headers.get("Authorization").value_or(""));
  session::TokenAttempt attempt(ongoing_.bad_logout_tokens, input.external.client_address, given, clock_.steady());
  if (!attempt.is_admitted()) co_return Answer(too_many_signals());
  const auto* subscriber = subscriber_of(input.request);
  if (subscriber == nullptr || queue_ == nullptr) {
    auto refused = bare_answer(401);
    refused.headers.add("WWW-Authenticate", "Bearer");
    co_return Answer(std::move(refused));
  }
  attempt.accepted(clock_.steady());
  if (!is_poll) co_return Answer(streams(input, *subscriber));
  if (input.body.size() > kMaxBody) co_return Answer(no_poll("the body is too large"));
  auto polling = poll(*subscriber, input.body);
  co_return Answer(co_await polling);
}

const config::SignalSubscriber* SignalTransmitterSource::subscriber_of(const http::Request& request) const {
  const base::Secret given{std::string(request.headers.get("Authorization").value_or(""))};
  const config::SignalSubscriber* found = nullptr;
  for (const auto& one : config_->signals.subscribers) {
    if (one.polls() && !one.authorization.empty() && given == one.authorization) found = &one;
  }
  return found;
}

std::string SignalTransmitterSource::issuer(const SourceInput& input) const {
  const auto& issuer = config_->environment.signals_issuer;
  return issuer.empty() ? input.external.origin() : issuer;
}

http::Response SignalTransmitterSource::metadata(const SourceInput& input) const {
  const auto origin = input.external.origin();
  json document{{"spec_version", "1_0"},
                {"issuer", issuer(input)},
                {"jwks_uri", origin + "/xs-router/jwks.json"},
                {"delivery_methods_supported", {kPushMethod, kPollMethod}},
                {"default_subjects", "ALL"}};
  const auto& subscribers = config_->signals.subscribers;
  if (std::any_of(subscribers.begin(), subscribers.end(), [](const auto& one) { return one.polls(); }))
    document["configuration_endpoint"] = origin + std::string(kSignalStreams);
  auto response = http::json_response(200, base::json_text(document));
  response.headers.set("Cache-Control", "public, max-age=300");
  return response;
}

// The one that the configuration has made.
http::Response SignalTransmitterSource::streams(const SourceInput& input,
                                                const config::SignalSubscriber& subscriber) const {
  const json stream{
      {"stream_id", subscriber.audience},
      {"iss", issuer(input)},
      {"aud", subscriber.audience},
      {"delivery", {{"method", kPollMethod}, {"endpoint_url", input.external.origin() + std::string(kSignalPoll)}}},
      {"events_supported", {kRevoked}},
      {"events_requested", {kRevoked}},
      {"events_delivered", {kRevoked}}};
  return json_answer(200, json::array({stream}));
}

Task<http::Response> SignalTransmitterSource::poll(const config::SignalSubscriber& subscriber, std::string body) {
  auto asked = read_poll(body);
  if (!asked) co_return no_poll("the body is no poll");
  auto polling = queue_->poll(subscriber.audience, *std::move(asked));
  const auto batch = co_await polling;
  if (!batch) co_return too_many_signals();
  json sets = json::object();
  for (const auto& [jti, token] : batch->sets) sets[jti] = token;
  json answer{{"sets", std::move(sets)}};
  if (batch->more_available) answer["moreAvailable"] = true;
  co_return json_answer(200, answer);
}

}  // namespace router::logout
