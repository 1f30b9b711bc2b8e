#include "logout/subscribers.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "crypto/random.h"
#include "session/pairwise_id.h"

namespace router::logout {
namespace {

using nlohmann::json;

constexpr const char* kVerification = "https://schemas.openid.net/secevent/ssf/event-type/verification";
constexpr const char* kSessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

// CAEP 1.0 section 2.
std::string_view initiating_entity(const Trigger& trigger) {
  if (trigger.signal && !trigger.signal->initiating_entity.empty()) return trigger.signal->initiating_entity;
  switch (trigger.cause) {
    case Cause::admin:
    case Cause::global_revocation:
      return "admin";
    case Cause::timeout:
    case Cause::signal:
      return "policy";
    case Cause::refresh_failed:
    case Cause::recovered:
      return "system";
    default:
      return "user";
  }
}

std::string reason_of(const Trigger& trigger) {
  if (trigger.signal) return trigger.signal->event + ", told by " + trigger.signal->transmitter;
  switch (trigger.cause) {
    case Cause::timeout:
      return "the time of the session was over";
    case Cause::admin:
      return "ended by an operator";
    case Cause::refresh_failed:
      return "the identity provider did not renew its tokens";
    case Cause::back_channel:
    case Cause::front_channel:
      return "signed out at the identity provider";
    default:
      return "signed out";
  }
}

// Ended by somebody, and not by its time: of what a process left behind that died over it, nobody knows any more.
bool was_over_in_time(const session::Session& session, const Told& told) {
  if (told.trigger.cause != Cause::timeout) return false;
  const bool may_be_idle = told.now >= session.created + session.idle_timeout;
  return may_be_idle || (session.ends_at_latest && told.now >= *session.ends_at_latest);
}

json user_subject(const session::Session& session) {
  if (session.issuer.empty() || session.subject.empty()) return {{"format", "opaque"}, {"id", session.user_name}};
  return {{"format", "iss_sub"}, {"iss", session.issuer}, {"sub", session.subject}};
}

json subject_of(const session::Session& session, const Told& told, const std::string& audience) {
  auto user = user_subject(session);
  std::string name = session.idp_session_id;
  if (was_over_in_time(session, told)) name = session::pairwise_id(session.id, audience);
  if (name.empty()) return user;
  return {
      {"format", "complex"}, {"user", std::move(user)}, {"session", {{"format", "opaque"}, {"id", std::move(name)}}}};
}

std::string claims_of(const session::Session& session, const Told& told, const std::string& audience) {
  const auto& signal = told.trigger.signal;
  const auto at = signal && signal->at != base::WallTime() ? signal->at : told.now;
  const json event{{"event_timestamp", base::unix_seconds(at)},
                   {"initiating_entity", initiating_entity(told.trigger)},
                   {"reason_admin", {{"en", reason_of(told.trigger)}}}};
  const json claims{{"sub_id", subject_of(session, told, audience)},
                    {"txn", signal && !signal->txn.empty() ? signal->txn : told.own_transaction},
                    {"events", {{kSessionRevoked, event}}}};
  return base::json_text(claims);
}

// Null: none.
std::optional<http::Url> parsed(const std::string& url) {
  auto read = http::parse_url(url);
  return read ? std::optional(*std::move(read)) : std::nullopt;
}

bool has_told(const CallTarget& subscriber, const Trigger& trigger) {
  if (!trigger.signal) return false;
  const auto& from = trigger.signal->transmitter;
  if (subscriber.audience == from) return true;
  const auto transmitter = parsed(from);
  return !subscriber.is_polled && transmitter && transmitter->origin() == subscriber.url.origin();
}

}  // namespace

CallTargets make_subscriber_targets(const config::Configuration& config) {
  CallTargets targets;
  for (const auto& subscriber : config.signals.subscribers) {
    auto target = std::make_shared<CallTarget>();
    target->name = target_name(kSubscriberTarget, subscriber.audience);
    target->back_end = subscriber.audience;
    target->audience = subscriber.audience;
    target->takes_signal = true;
    target->is_polled = subscriber.polls();
    if (const auto url = parsed(subscriber.url)) target->url = *url;
    target->authorization = subscriber.authorization;
    target->sends_forwarded = false;
    target->tls.verify = config.environment.reject_unauthorized;
    targets.push_back(std::move(target));
  }
  return targets;
}

std::vector<Call> signals_for(const session::Session& session, const CallTargets& subscribers, const Told& told,
                              const std::optional<ForwardedRequest>& request) {
  std::vector<Call> calls;
  if (subscribers.empty() || session.is_anonymous) return calls;
  for (const auto& target : subscribers) {
    if (has_told(*target, told.trigger)) continue;
    Call call;
    call.target = target;
    call.credentials = std::make_shared<Credentials>();
    call.session_origin = origin_of(session, request);
    call.signal = claims_of(session, told, target->audience);
    calls.push_back(std::move(call));
  }
  return calls;
}

Call verification_for(std::shared_ptr<const CallTarget> subscriber, const std::string& state, const std::string& origin,
                      base::WallTime now) {
  json event = json::object();
  if (!state.empty()) event["state"] = state;
  const json claims{{"sub_id", {{"format", "opaque"}, {"id", subscriber->audience}}},
                    {"events", {{kVerification, std::move(event)}}}};
  Call call;
  call.id = crypto::random_token(16);
  call.target_name = subscriber->name;
  call.back_end = subscriber->back_end;
  call.credentials = std::make_shared<Credentials>();
  call.created = now;
  call.session_origin = origin;
  call.signal = base::json_text(claims);
  call.target = std::move(subscriber);
  return call;
}

}  // namespace router::logout
