#include "logout/sources/global_revocation.h"

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "crypto/jose_json.h"
#include "http/form.h"
#include "identity/claimed_token.h"
#include "identity/revocation_token.h"
#include "logout/signal_answers.h"
#include "logout/signal_subject.h"
#include "session/token_attempt.h"

namespace router::logout {
namespace {

using identity::Subject;

constexpr std::string_view kBearer = "Bearer";

// RFC 6750 section 3
http::Response ask_for_token(std::string_view error) {
  auto response = bare_answer(401);
  response.headers.add("WWW-Authenticate", error.empty()
                                               ? std::string(kBearer)
                                               : std::string(kBearer) + " error=\"" + std::string(error) + '"');
  return response;
}

// Empty: there is none.
std::string bearer_token(const http::Headers& headers) {
  const auto field = headers.get("Authorization");
  if (!field) return {};
  const auto [scheme, token] = base::cut(base::trim(*field), ' ');
  if (!base::equals_ignoring_case(scheme, kBearer)) return {};
  return std::string(base::trim(token.value_or("")));
}

// Of a body that names exactly one.
base::Result<Subject> read_whom(std::string_view body) {
  const base::Error nobody{base::ErrorCode::bad_request, base::Side::client, "the body names nobody"};
  const auto parsed = crypto::parse_json_object(body);
  if (!parsed || parsed->contains("sub_id") == parsed->contains("subject")) return nobody;
  const auto named = parsed->find(parsed->contains("sub_id") ? "sub_id" : "subject");
  return identity::read_subject(*named);
}

void log_refused_revocation(std::string_view issuer, std::string_view fault) {
  base::log_warning("signals.revocation_refused", {{"issuer", issuer}, {"fault", fault}});
}

}  // namespace

GlobalRevocationSource::GlobalRevocationSource(std::shared_ptr<const config::Configuration> config,
                                               std::shared_ptr<identity::Providers> providers,
                                               std::shared_ptr<identity::TokenIssuers> revokers,
                                               session::SharedState& shared, Ongoing& ongoing, const base::Clock& clock)
    : config_(std::move(config)),
      providers_(std::move(providers)),
      revokers_(std::move(revokers)),
      shared_(shared),
      ongoing_(ongoing),
      clock_(clock) {}

bool GlobalRevocationSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  const auto& revocation = config_->signals.global_revocation;
  return revocation && !revocation->endpoint.empty() && path == revocation->endpoint;
}

bool GlobalRevocationSource::wants_body(const http::Request& request) const {
  return may_handle(request.method, request.target.path, {}) && request.is("POST") &&
         http::has_media_type(request.headers, "application/json");
}

std::optional<http::Response> GlobalRevocationSource::refuse_flood(const http::Request& request,
                                                                   std::string_view address) const {
  if (!may_handle(request.method, request.target.path, {})) return std::nullopt;
  return refuse_signal_flood(ongoing_, address, clock_.steady());
}

Task<Result<std::optional<Recognition>>> GlobalRevocationSource::recognise(const SourceInput& input) {
  using Answer = std::optional<Recognition>;
  if (!input.request.is("POST")) co_return Answer(not_to_be_stored(http::method_not_allowed("POST")));
  auto verifying = verify(input);
  auto verified = co_await verifying;
  if (auto* response = std::get_if<http::Response>(&verified)) co_return Answer(std::move(*response));
  const auto& caller = std::get<Caller>(verified);
  if (input.body.size() > kMaxBody) co_return Answer(bare_answer(413));
  const auto subject = read_whom(input.body);
  if (!subject) {
    log_refused_revocation(caller.issuer, subject.error().detail);
    co_return Answer(bare_answer(400));
  }
  auto made = make_trigger(caller, *subject);
  if (auto* response = std::get_if<http::Response>(&made)) co_return Answer(std::move(*response));
  auto& trigger = std::get<Trigger>(made);
  auto looking = has_been_seen(shared_, *trigger.seen);
  const auto is_seen = co_await looking;
  if (!is_seen) {
    base::log_warning("signals.store", {{"fault", describe(is_seen.error())}});
    co_return Answer(*failure());
  }
  if (*is_seen) {
    log_refused_revocation(caller.issuer, "the token has been used before");
    co_return Answer(ask_for_token("invalid_token"));
  }
  co_return Answer(std::move(trigger));
}

Task<std::variant<GlobalRevocationSource::Caller, http::Response>> GlobalRevocationSource::verify(
    const SourceInput& input) {
  std::string token = bearer_token(input.request.headers);
  if (token.empty()) co_return ask_for_token("");
  const auto& address = input.external.client_address;
  session::TokenAttempt attempt(ongoing_.bad_logout_tokens, address, token, clock_.steady());
  if (!attempt.is_admitted()) co_return too_many_signals();
  const auto claimed = identity::read_claimed_token(token);
  auto* issuer = claimed && revokers_ ? revokers_->find(claimed->issuer) : nullptr;
  if (issuer == nullptr) co_return ask_for_token("invalid_token");
  SignalAdmission admission(ongoing_, claimed->issuer, address, clock_.steady());
  if (!admission.is_admitted()) co_return too_many_signals();
  auto verifying = issuer->verify(std::move(token));
  const auto verified = co_await verifying;
  if (!verified) {
    log_refused_revocation(claimed->issuer, describe(verified.error()));
    if (verified.error().code != base::ErrorCode::unauthenticated) co_return no_signals_now();
    admission.refused(clock_.steady());
    co_return ask_for_token("invalid_token");
  }
  const auto& audience = config_->signals.global_revocation->audience;
  auto jti = identity::check_revocation_token(*verified, claimed->issuer, audience, clock_.wall());
  if (!jti) {
    log_refused_revocation(claimed->issuer, jti.error().detail);
    admission.refused(clock_.steady());
    co_return ask_for_token("invalid_token");
  }
  attempt.accepted(clock_.steady());
  co_return Caller{claimed->issuer, *std::move(jti)};
}

std::variant<Trigger, http::Response> GlobalRevocationSource::make_trigger(const Caller& caller,
                                                                           const Subject& subject) const {
  auto meant = sessions_meant_by(subject, issuers_meant_by(caller.issuer, *providers_), clock_.wall());
  if (meant.names_others) {
    log_refused_revocation(caller.issuer, "it is about a user of another issuer");
    return bare_answer(403);
  }
  if (meant.filters.empty()) {
    log_refused_revocation(caller.issuer, "nobody can be named by such a subject");
    return bare_answer(422);
  }
  Trigger trigger = told_from_elsewhere(Cause::global_revocation);
  trigger.answer = bare_answer(204);
  trigger.answer_if_nobody = bare_answer(404);
  trigger.seen = {session::Kind::signal, "revocation " + caller.issuer + ' ' + caller.jti, kSignalSeenFor};
  trigger.signal = SignalOrigin{caller.issuer, "global-token-revocation", "", ""};
  trigger.selection.filters = std::move(meant.filters);
  trigger.selection.ended_at_provider = std::move(meant.logins);
  return trigger;
}

std::optional<http::Response> GlobalRevocationSource::failure() const { return no_signals_now(); }

std::optional<Trigger> GlobalRevocationSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "POST" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return told_from_elsewhere(Cause::global_revocation);
}

}  // namespace router::logout
