#include "logout/sources/signals.h"

#include "base/log.h"
#include "base/text.h"
#include "http/form.h"
#include "identity/claimed_token.h"
#include "logout/signal_answers.h"
#include "session/token_attempt.h"

namespace router::logout {
namespace {

using identity::RefusedSet;
using identity::SetFault;

constexpr std::string_view kMediaType = "application/secevent+jwt";

// RFC 8935 section 2.3; the detail is for the log alone, where it tells more.
http::Response refuse_set(SetFault fault, std::string_view description, int status = 400) {
  return not_to_be_stored(http::json_response(status, "{\"err\":\"" + std::string(to_string(fault)) +
                                                          "\",\"description\":" + base::json_quote(description) + "}"));
}

bool is_security_event(const http::Headers& headers) { return http::has_media_type(headers, kMediaType); }

}  // namespace

SignalsSource::SignalsSource(const Parts& parts)
    : config_(parts.config), receiver_(parts), ongoing_(parts.ongoing), clock_(parts.clock) {}

bool SignalsSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  const auto& endpoint = config_->signals.endpoint;
  return !endpoint.empty() && path == endpoint;
}

bool SignalsSource::wants_body(const http::Request& request) const {
  return may_handle(request.method, request.target.path, {}) && request.is("POST") &&
         is_security_event(request.headers);
}

std::optional<http::Response> SignalsSource::refuse_flood(const http::Request& request,
                                                          std::string_view address) const {
  if (!may_handle(request.method, request.target.path, {})) return std::nullopt;
  return refuse_signal_flood(ongoing_, address, clock_.steady());
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
  const auto* transmitter = choose_transmitter(input, token, refused);
  if (transmitter == nullptr) co_return Answer(std::move(refused));
  const auto& address = input.external.client_address;
  SignalAdmission admission(ongoing_, transmitter->issuer, address, clock_.steady());
  if (!admission.is_admitted()) co_return Answer(too_many_signals());
  auto receiving = receiver_.receive(*transmitter, std::move(token));
  auto received = co_await receiving;
  if (received.is_believed) attempt.accepted(clock_.steady());
  if (const auto* set = std::get_if<RefusedSet>(&received.what)) {
    admission.refused(clock_.steady());
    co_return Answer(refuse_set(set->fault, set->detail));
  }
  if (std::holds_alternative<ComeAgain>(received.what)) co_return Answer(no_signals_now());
  co_return Answer(std::get<Recognition>(std::move(received.what)));
}

const config::SignalTransmitter* SignalsSource::choose_transmitter(const SourceInput& input, const std::string& token,
                                                                   http::Response& refused) const {
  const auto claimed = identity::read_claimed_token(token);
  const auto* transmitter = claimed ? config_->signals.find(claimed->issuer) : nullptr;
  if (transmitter == nullptr || transmitter->delivery != config::SignalDelivery::push) {
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
  return transmitter;
}

std::optional<http::Response> SignalsSource::failure() const { return no_signals_now(); }

std::optional<Trigger> SignalsSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "POST" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return signal_trigger();
}

}  // namespace router::logout
