#include "logout/signal_receiver.h"

#include "base/log.h"
#include "base/text.h"
#include "config/applications.h"
#include "crypto/digest.h"
#include "identity/claimed_token.h"
#include "logout/signal_answers.h"

namespace router::logout {
namespace {

using config::SignalEffect;
using identity::RefusedSet;
using identity::SecurityEvent;
using identity::SetFault;

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

// Absent: it is neither.
std::optional<crypto::JwsPayload> unverified_set(const std::string& token) {
  const auto text = base::trim(token);
  if (text.starts_with('{'))
    return crypto::JwsPayload{{.alg = {}, .kid = {}, .typ = "secevent+jwt"}, std::string(text)};
  auto header = crypto::read_jws_header(text, crypto::asymmetric_algorithms());
  auto payload = header ? crypto::base64url_decode(base::split(text, '.')[1]) : std::nullopt;
  if (!payload) return std::nullopt;
  return crypto::JwsPayload{*std::move(header), *std::move(payload)};
}

bool is_in_all_applications(const session::Session& session) {
  return !config::has_left_every(session.ended_applications);
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

SignalReceiver::SignalReceiver(const Parts& parts)
    : config_(parts.config),
      providers_(parts.providers),
      transmitters_(parts.transmitters),
      shared_(parts.store.shared()),
      ongoing_(parts.ongoing),
      clock_(parts.clock),
      own_transactions_(parts.own_transactions) {}

Task<ReceivedSignal> SignalReceiver::receive(const config::SignalTransmitter& transmitter, std::string token) {
  auto verifying = verify(transmitter, std::move(token));
  auto verified = co_await verifying;
  if (const auto* refused = std::get_if<RefusedSet>(&verified)) {
    ++ongoing_.signal_states[transmitter.issuer].refused;
    co_return ReceivedSignal{false, *refused};
  }
  if (std::holds_alternative<ComeAgain>(verified)) co_return ReceivedSignal{false, ComeAgain()};
  const auto& set = std::get<SecurityEvent>(verified);
  auto looking = has_been_seen(shared_, name_of_set(set));
  const auto is_seen = co_await looking;
  if (!is_seen) {
    base::log_warning("signals.store", {{"fault", describe(is_seen.error())}});
    co_return ReceivedSignal{true, ComeAgain()};
  }
  if (*is_seen) {
    log_set(set, judge_set(transmitter, set), "seen before");
    co_return ReceivedSignal{true, bare_answer(202)};
  }
  note(set);
  co_return ReceivedSignal{true, recognition_of(transmitter, set)};
}

void SignalReceiver::note(const SecurityEvent& set) {
  auto& state = ongoing_.signal_states[set.issuer];
  const auto now = clock_.wall();
  ++state.taken;
  state.last_at = now;
  state.lag = std::max(base::milliseconds(0), std::chrono::duration_cast<base::milliseconds>(now - set.issued));
  for (const auto& event : set.events) {
    state.last_event = event.name;
    if (event.name == "stream-updated") state.status = event.state;
    if (event.name != "verification") continue;
    state.verified_at = now;
    state.verified_state = event.state;
  }
}

Task<SignalReceiver::Verified> SignalReceiver::verify(const config::SignalTransmitter& transmitter, std::string token) {
  const auto log_refusal = [&](std::string_view fault) {
    base::log_warning("signals.refused", {{"transmitter", transmitter.issuer}, {"fault", fault}});
  };
  auto* issuer = transmitters_ ? transmitters_->find(transmitter.issuer) : nullptr;
  if (issuer == nullptr) co_return ComeAgain();
  auto verifying = issuer->verify(std::move(token));
  const auto verified = co_await verifying;
  if (!verified) {
    log_refusal(describe(verified.error()));
    if (verified.error().code != base::ErrorCode::unauthenticated) co_return ComeAgain();
    co_return RefusedSet{SetFault::invalid_key, "the signature was not accepted"};
  }
  auto checked = identity::check_security_event(*verified, transmitter.issuer, transmitter.audience, clock_.wall());
  if (auto* refused = std::get_if<RefusedSet>(&checked)) {
    log_refusal(refused->detail);
    co_return RefusedSet{refused->fault, "the security event token was not accepted"};
  }
  co_return std::get<SecurityEvent>(std::move(checked));
}

ForeseenSignal SignalReceiver::judge(const config::SignalTransmitter& transmitter, const SecurityEvent& set) const {
  auto judgement = judge_set(transmitter, set);
  ForeseenSignal foreseen{set.issuer, std::move(judgement.event), set.txn, judgement.effect};
  foreseen.is_ours = !own_transactions_.empty() && set.txn.starts_with(own_transactions_);
  if (foreseen.is_ours) foreseen.effect = SignalEffect::ignore;
  if (foreseen.effect != SignalEffect::ignore)
    foreseen.meant = sessions_meant_by(set.subject, issuers_meant_by(set.issuer, *providers_), set.at);
  return foreseen;
}

std::variant<ForeseenSignal, RefusedSet> SignalReceiver::foresee(const std::string& token) const {
  const auto unverified = unverified_set(token);
  if (!unverified) return RefusedSet{SetFault::invalid_request, "no security event token, and no claims of one"};
  const auto claimed = identity::read_claims_of(unverified->payload);
  const auto* transmitter = claimed ? config_->signals.find(claimed->issuer) : nullptr;
  if (transmitter == nullptr)
    return RefusedSet{SetFault::invalid_issuer, "the issuer is not a transmitter that is known here"};
  auto checked = identity::check_security_event(*unverified, transmitter->issuer, transmitter->audience, clock_.wall());
  if (auto* refused = std::get_if<RefusedSet>(&checked)) return std::move(*refused);
  return judge(*transmitter, std::get<SecurityEvent>(checked));
}

Recognition SignalReceiver::recognition_of(const config::SignalTransmitter& transmitter,
                                           const SecurityEvent& set) const {
  auto foreseen = judge(transmitter, set);
  auto& meant = foreseen.meant;
  log_set(set, {foreseen.effect, foreseen.event},
          foreseen.is_ours        ? "began here"
          : meant.filters.empty() ? "nobody is meant"
                                  : "taken");
  if (meant.filters.empty()) return bare_answer(202);
  if (foreseen.effect == SignalEffect::refresh)
    return TokensToRenew{std::move(meant.filters), bare_answer(202), name_of_set(set)};

  Trigger trigger = signal_trigger();
  trigger.answer = bare_answer(202);
  trigger.seen = name_of_set(set);
  trigger.signal = SignalOrigin{set.issuer, foreseen.event, set.txn, set.initiating_entity, set.at};
  trigger.selection.filters = std::move(meant.filters);
  if (foreseen.effect == SignalEffect::end) {
    trigger.selection.ended_at_provider = std::move(meant.logins);
  } else {
    // as an application that holds everything is left
    trigger.extent = ApplicationPart{std::string(config::kEveryApplication), {}};
    // those that have not left yet
    for (auto& filter : trigger.selection.filters) add_condition(filter, &is_in_all_applications);
  }
  return trigger;
}

}  // namespace router::logout
