#include "logout/sources/signals.h"

#include "base/log.h"
#include "base/text.h"
#include "config/applications.h"
#include "http/form.h"
#include "identity/claimed_token.h"
#include "logout/signal_answers.h"
#include "logout/signal_subject.h"
#include "session/token_attempt.h"

namespace router::logout {
namespace {

using config::SignalEffect;
using identity::RefusedSet;
using identity::SecurityEvent;
using identity::SetFault;

constexpr std::string_view kMediaType = "application/secevent+jwt";

// RFC 8935 section 2.3; the detail is for the log alone, where it tells more.
http::Response refuse_set(SetFault fault, std::string_view description, int status = 400) {
  return not_to_be_stored(http::json_response(status, "{\"err\":\"" + std::string(to_string(fault)) +
                                                          "\",\"description\":" + base::json_quote(description) + "}"));
}

bool is_security_event(const http::Headers& headers) { return http::has_media_type(headers, kMediaType); }

SeenOnce name_of_set(const SecurityEvent& set) {
  return {session::Kind::signal, set.issuer + ' ' + set.jti, kSignalSeenFor};
}

// The strictest of its events, and what it does.
struct Judgement {
  SignalEffect effect = SignalEffect::ignore;
  std::string event;
};

Judgement judge_set(const config::SignalTransmitter& transmitter, const SecurityEvent& set) {
  Judgement judgement;
  for (const auto& event : set.events) {
    const auto effect = event.is_better ? SignalEffect::ignore : transmitter.effect_of(event.name);
    if (judgement.event.empty() || effect > judgement.effect) judgement = {effect, event.name};
  }
  return judgement;
}

bool is_in_all_applications(const session::Session& session) {
  return !config::has_left_every(session.ended_applications);
}

Trigger signal_trigger() {
  Trigger trigger = told_from_elsewhere(Cause::signal);
  trigger.selection.is_paced = true;  // many may come at once
  return trigger;
}

void log_set(const SecurityEvent& set, const Judgement& judgement, std::string_view outcome) {
  std::string state;
  for (const auto& event : set.events) {
    if (state.empty()) state = event.state;
  }
  base::log_info("signals.received", {{"transmitter", set.issuer},
                                      {"signal", judgement.event},
                                      {"effect", to_string(judgement.effect)},
                                      {"outcome", outcome},
                                      {"jti", set.jti},
                                      {"txn", set.txn},
                                      {"state", state}});
}

}  // namespace

SignalsSource::SignalsSource(std::shared_ptr<const config::Configuration> config,
                             std::shared_ptr<identity::Providers> providers,
                             std::shared_ptr<identity::TokenIssuers> transmitters, session::SharedState& shared,
                             Ongoing& ongoing, const base::Clock& clock)
    : config_(std::move(config)),
      providers_(std::move(providers)),
      transmitters_(std::move(transmitters)),
      shared_(shared),
      ongoing_(ongoing),
      clock_(clock) {}

bool SignalsSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  const auto& endpoint = config_->signals.endpoint;
  return !endpoint.empty() && path == endpoint;
}

bool SignalsSource::wants_body(const http::Request& request) const {
  return may_handle(request.method, request.target.path, {}) && request.is("POST") &&
         is_security_event(request.headers);
}

Task<Result<std::optional<Recognition>>> SignalsSource::recognise(const SourceInput& input) {
  using Answer = std::optional<Recognition>;
  if (!input.request.is("POST")) co_return Answer(not_to_be_stored(http::method_not_allowed("POST")));
  if (!is_security_event(input.request.headers))
    co_return Answer(refuse_set(SetFault::invalid_request, "the body must be application/secevent+jwt"));
  if (input.body.size() > kMaxBody)
    co_return Answer(refuse_set(SetFault::invalid_request, "the body is too large", 413));
  std::string token(base::trim(input.body));
  session::TokenAttempt attempt(ongoing_.bad_logout_tokens, input.external.client_address, token, clock_.steady());
  if (!attempt.is_admitted()) co_return Answer(too_many_signals());
  http::Response refused;
  const auto* transmitter = admit(input, token, refused);
  if (transmitter == nullptr) co_return Answer(std::move(refused));
  auto verifying = verify(*transmitter, std::move(token));
  auto verified = co_await verifying;
  if (auto* response = std::get_if<http::Response>(&verified)) co_return Answer(std::move(*response));
  attempt.accepted(clock_.steady());
  const auto& set = std::get<SecurityEvent>(verified);
  auto looking = has_been_seen(shared_, name_of_set(set));
  const auto is_seen = co_await looking;
  if (!is_seen) {
    base::log_warning("signals.store", {{"fault", describe(is_seen.error())}});
    co_return Answer(*failure());
  }
  if (*is_seen) {
    log_set(set, judge_set(*transmitter, set), "seen before");
    co_return Answer(bare_answer(202));
  }
  co_return Answer(recognition_of(*transmitter, set));
}

const config::SignalTransmitter* SignalsSource::admit(const SourceInput& input, const std::string& token,
                                                      http::Response& refused) const {
  const auto claimed = identity::read_claimed_token(token);
  const auto* transmitter = claimed ? config_->signals.find(claimed->issuer) : nullptr;
  if (transmitter == nullptr) {
    refused = claimed ? refuse_set(SetFault::invalid_issuer, "the issuer is not a transmitter that is known here")
                      : refuse_set(SetFault::invalid_request, "the body is no security event token");
    return nullptr;
  }
  const base::Secret given{std::string(input.request.headers.get("Authorization").value_or(""))};
  if (!transmitter->authorization.empty() && !(given == transmitter->authorization)) {
    base::log_warning("signals.refused", {{"transmitter", transmitter->issuer}, {"fault", "Authorization"}});
    refused = refuse_set(SetFault::authentication_failed, "the field Authorization is missing or wrong");
    return nullptr;
  }
  if (admit_signal(ongoing_, transmitter->issuer, input.external.client_address, clock_.steady())) return transmitter;
  refused = too_many_signals();
  return nullptr;
}

Task<SignalsSource::Verified> SignalsSource::verify(const config::SignalTransmitter& transmitter, std::string token) {
  const auto log_refusal = [&](std::string_view fault) {
    base::log_warning("signals.refused", {{"transmitter", transmitter.issuer}, {"fault", fault}});
  };
  auto* issuer = transmitters_ ? transmitters_->find(transmitter.issuer) : nullptr;
  if (issuer == nullptr) co_return no_signals_now();
  auto verifying = issuer->verify(std::move(token));
  const auto verified = co_await verifying;
  if (!verified) {
    log_refusal(describe(verified.error()));
    if (verified.error().code != base::ErrorCode::unauthenticated) co_return no_signals_now();
    co_return refuse_set(SetFault::invalid_key, "the signature was not accepted");
  }
  auto checked = identity::check_security_event(*verified, transmitter.issuer, transmitter.audience, clock_.wall());
  if (const auto* refused = std::get_if<RefusedSet>(&checked)) {
    log_refusal(refused->detail);
    co_return refuse_set(refused->fault, "the security event token was not accepted");
  }
  co_return std::get<SecurityEvent>(std::move(checked));
}

Recognition SignalsSource::recognition_of(const config::SignalTransmitter& transmitter,
                                          const SecurityEvent& set) const {
  const auto judgement = judge_set(transmitter, set);
  MeantSessions meant;
  if (judgement.effect != SignalEffect::ignore)
    meant = sessions_meant_by(set.subject, issuers_meant_by(set.issuer, *providers_), set.at);
  log_set(set, judgement, meant.filters.empty() ? "nobody is meant" : "taken");
  if (meant.filters.empty()) return bare_answer(202);
  if (judgement.effect == SignalEffect::refresh)
    return TokensToRenew{std::move(meant.filters), bare_answer(202), name_of_set(set)};

  Trigger trigger = signal_trigger();
  trigger.answer = bare_answer(202);
  trigger.seen = name_of_set(set);
  trigger.signal = SignalOrigin{set.issuer, judgement.event, set.txn, set.initiating_entity};
  trigger.selection.filters = std::move(meant.filters);
  if (judgement.effect == SignalEffect::end) {
    trigger.selection.ended_at_provider = std::move(meant.logins);
  } else {
    // as an application that holds everything is left
    trigger.extent = ApplicationPart{std::string(config::kEveryApplication), {}};
    // those that have not left yet
    for (auto& filter : trigger.selection.filters) add_condition(filter, &is_in_all_applications);
  }
  return trigger;
}

std::optional<http::Response> SignalsSource::failure() const { return no_signals_now(); }

std::optional<Trigger> SignalsSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "POST" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return signal_trigger();
}

}  // namespace router::logout
