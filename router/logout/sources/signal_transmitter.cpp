#include "logout/sources/signal_transmitter.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "crypto/jose_json.h"
#include "http/query.h"
#include "http/url.h"
#include "identity/metadata.h"
#include "identity/set_poll.h"
#include "logout/signal_answers.h"
#include "logout/signal_queue.h"
#include "logout/subscribers.h"
#include "session/token_attempt.h"

namespace router::logout {
namespace {

using nlohmann::json;

constexpr const char* kPollMethod = "urn:ietf:rfc:8936";
constexpr const char* kPushMethod = "urn:ietf:rfc:8935";
constexpr const char* kRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
constexpr const char* kEnabled = "enabled";
constexpr std::size_t kLongestState = 1024;

// What may be asked for.
struct Door {
  std::string_view path;
  bool shows = false;  // GET
  bool takes = false;  // POST
};
constexpr std::array kDoors = {Door{kSignalStreams, true, false}, Door{kSignalStatus, true, true},
                               Door{kSignalVerification, false, true}, Door{kSignalPoll, false, true}};

const Door* find_door(std::string_view path) {
  const auto* found =
      std::find_if(kDoors.begin(), kDoors.end(), [path](const auto& door) { return door.path == path; });
  return found == kDoors.end() ? nullptr : found;
}

const config::SignalSubscriber* named(const std::vector<const config::SignalSubscriber*>& subscribers,
                                      std::string_view stream_id) {
  const auto found = std::find_if(subscribers.begin(), subscribers.end(),
                                  [stream_id](const auto* one) { return one->audience == stream_id; });
  return found == subscribers.end() ? nullptr : *found;
}

std::optional<std::string> text_of(const json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

http::Response json_answer(int status, const json& value) {
  return not_to_be_stored(http::json_response(status, base::json_text(value)));
}

http::Response bad_stream_request(std::string_view why) {
  return json_answer(400, {{"err", "invalid_request"}, {"description", why}});
}

http::Response status_of(const config::SignalSubscriber& subscriber) {
  return json_answer(200, {{"stream_id", subscriber.audience}, {"status", kEnabled}});
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
      targets_(make_subscriber_targets(*parts.config)),
      fan_out_(parts.fan_out),
      queue_(parts.signal_queue),
      ongoing_(parts.ongoing),
      clock_(parts.clock) {}

bool SignalTransmitterSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  if (config_->signals.subscribers.empty()) return false;
  return path == metadata_path_ || find_door(path) != nullptr;
}

bool SignalTransmitterSource::wants_body(const http::Request& request) const {
  if (config_->signals.subscribers.empty() || !request.is("POST")) return false;
  const auto* door = find_door(request.target.path);
  return door != nullptr && door->takes;
}

Task<Result<std::optional<Recognition>>> SignalTransmitterSource::recognise(const SourceInput& input) {
  using Answer = std::optional<Recognition>;
  const auto& request = input.request;
  const auto& path = request.target.path;
  const Door door = path == metadata_path_ ? Door{path, true, false} : *find_door(path);
  if (!(door.shows && request.is_get_or_head()) && !(door.takes && request.is("POST"))) {
    const char* allowed = !door.takes ? "GET, HEAD" : door.shows ? "GET, HEAD, POST" : "POST";
    co_return Answer(not_to_be_stored(http::method_not_allowed(allowed)));
  }
  if (path == metadata_path_) co_return Answer(metadata(input));
  const std::string given(request.headers.get("Authorization").value_or(""));
  session::TokenAttempt attempt(ongoing_.bad_logout_tokens, input.external.client_address, given, clock_.steady());
  if (!attempt.is_admitted()) co_return Answer(too_many_signals());
  const auto subscribers = subscribers_of(request);
  const auto polling_one = std::find_if(subscribers.begin(), subscribers.end(), [](auto* one) { return one->polls(); });
  const bool is_poll = path == kSignalPoll;
  if (subscribers.empty() || (is_poll && (polling_one == subscribers.end() || queue_ == nullptr))) {
    auto refused = bare_answer(401);
    refused.headers.add("WWW-Authenticate", "Bearer");
    co_return Answer(std::move(refused));
  }
  attempt.accepted(clock_.steady());
  if (input.body.size() > kMaxBody) co_return Answer(bad_stream_request("the body is too large"));
  if (path == kSignalVerification) co_return Answer(verify(input, subscribers));
  if (path == kSignalStatus && request.is("POST")) co_return Answer(change_status(input, subscribers));
  if (!is_poll) co_return Answer(streams(input, subscribers));
  auto polling = poll(**polling_one, input.body);
  co_return Answer(co_await polling);
}

SignalTransmitterSource::Subscribers SignalTransmitterSource::subscribers_of(const http::Request& request) const {
  const base::Secret given{std::string(request.headers.get("Authorization").value_or(""))};
  Subscribers found;
  for (const auto& one : config_->signals.subscribers) {
    if (!one.authorization.empty() && given == one.authorization) found.push_back(&one);
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
                {"default_subjects", "ALL"},
                // who passes it over would end other sessions than the one that is meant
                {"critical_subject_members", {"session"}}};
  const auto& subscribers = config_->signals.subscribers;
  if (std::any_of(subscribers.begin(), subscribers.end(), [](const auto& one) { return !one.authorization.empty(); })) {
    document["configuration_endpoint"] = origin + std::string(kSignalStreams);
    document["status_endpoint"] = origin + std::string(kSignalStatus);
    document["verification_endpoint"] = origin + std::string(kSignalVerification);
  }
  auto response = http::json_response(200, base::json_text(document));
  response.headers.set("Cache-Control", "public, max-age=300");
  return response;
}

// As the configuration has made it.
json SignalTransmitterSource::stream_of(const SourceInput& input, const config::SignalSubscriber& subscriber) const {
  json delivery{{"method", kPushMethod}, {"endpoint_url", subscriber.url}};
  if (subscriber.polls())
    delivery = {{"method", kPollMethod}, {"endpoint_url", input.external.origin() + std::string(kSignalPoll)}};
  return {{"stream_id", subscriber.audience},
          {"iss", issuer(input)},
          {"aud", subscriber.audience},
          {"delivery", std::move(delivery)},
          {"min_verification_interval", Ongoing::kVerifyEvery.count()},
          {"events_supported", {kRevoked}},
          {"events_requested", {kRevoked}},
          {"events_delivered", {kRevoked}}};
}

// All of them, the one that is named, or its status.
http::Response SignalTransmitterSource::streams(const SourceInput& input, const Subscribers& subscribers) const {
  const auto& target = input.request.target;
  const bool asks_status = target.path == kSignalStatus;
  const auto stream_id = http::query_value(target.query, "stream_id");
  if (!stream_id && asks_status) return bad_stream_request("of which stream: stream_id");
  if (!stream_id) {
    json all = json::array();
    for (const auto* one : subscribers) all.push_back(stream_of(input, *one));
    return json_answer(200, all);
  }
  const auto* subscriber = named(subscribers, *stream_id);
  if (subscriber == nullptr) return bare_answer(404);
  return asks_status ? status_of(*subscriber) : json_answer(200, stream_of(input, *subscriber));
}

// 8.1.2.2
http::Response SignalTransmitterSource::change_status(const SourceInput& input, const Subscribers& subscribers) const {
  const auto wanted = crypto::parse_json_object(input.body);
  const auto stream_id = wanted ? text_of(*wanted, "stream_id") : std::nullopt;
  const auto status = wanted ? text_of(*wanted, "status") : std::nullopt;
  if (!stream_id || (status != kEnabled && status != "paused" && status != "disabled"))
    return bad_stream_request("the body has no stream_id, or a status that there is not");
  const auto* subscriber = named(subscribers, *stream_id);
  if (subscriber == nullptr) return bare_answer(404);
  return status == kEnabled ? status_of(*subscriber) : bare_answer(403);
}

// 8.1.4.2
http::Response SignalTransmitterSource::verify(const SourceInput& input, const Subscribers& subscribers) {
  const auto wanted = crypto::parse_json_object(input.body);
  const auto stream_id = wanted ? text_of(*wanted, "stream_id") : std::nullopt;
  auto state = wanted && wanted->contains("state") ? text_of(*wanted, "state") : std::string();
  if (!stream_id || !state || state->size() > kLongestState)
    return bad_stream_request("the body has no stream_id, or a state that is no text or too long");
  const auto* subscriber = named(subscribers, *stream_id);
  if (subscriber == nullptr) return bare_answer(404);
  if (const auto wait = ongoing_.verifications.take(subscriber->audience, clock_.steady()))
    return ask_again_in(*wait, 429);
  for (const auto& target : targets_) {
    if (target->audience == subscriber->audience)
      fan_out_.tell_once(verification_for(target, *state, input.external.origin(), clock_.wall()));
  }
  return bare_answer(204);
}

Task<http::Response> SignalTransmitterSource::poll(const config::SignalSubscriber& subscriber, std::string body) {
  auto asked = read_poll(body);
  if (!asked) co_return bad_stream_request("the body is no poll");
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
