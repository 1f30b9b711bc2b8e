#include "logout/sources/back_channel.h"

#include "base/log.h"
#include "base/text.h"
#include "http/form.h"
#include "http/query.h"
#include "session/token_attempt.h"

namespace router::logout {
namespace {

constexpr std::string_view kTokenField = "logout_token";
// Longer than any token is accepted (identity/logout_token.h).
constexpr base::milliseconds kSeenFor = base::minutes(10);

http::Response refusal(int status, std::string_view description) {
  auto response = http::json_response(
      status, "{\"error\":\"invalid_request\",\"error_description\":" + base::json_quote(description) + "}");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

http::Response accepted() {
  auto response = http::text_response(200, "");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

// The token, or why there is none.
std::variant<std::string, http::Response> read_token(const SourceInput& input) {
  if (!input.request.is("POST")) return http::method_not_allowed("POST");
  if (!http::is_form(input.request.headers)) return refusal(400, "the body must be a form");
  if (input.body.size() > kMaxBody) return refusal(413, "the body is too large");
  if (http::query_has(input.request.target.query, kTokenField)) return refusal(400, "logout_token in the query");
  const auto fields = http::decode_form(input.body);
  if (!fields) return refusal(400, "the body is not a valid form");
  const std::string* token = nullptr;
  for (const auto& [name, value] : *fields) {
    if (name != kTokenField) continue;
    if (token != nullptr) return refusal(400, "more than one logout_token");
    token = &value;
  }
  if (token == nullptr || token->empty()) return refusal(400, "logout_token is missing");
  return *token;
}

http::Response too_many() {
  auto response = refusal(429, "too many logout tokens that were not accepted");
  response.headers.add("Retry-After", "1");
  return response;
}

SeenOnce name_of_token(const identity::LogoutToken& token) {
  return {session::Kind::logout_token, token.issuer + ' ' + token.jti, kSeenFor};
}

}  // namespace

BackChannelSource::BackChannelSource(std::shared_ptr<const config::Configuration> config,
                                     std::shared_ptr<identity::Providers> providers, session::SharedState& shared,
                                     Ongoing& ongoing, const base::Clock& clock)
    : config_(std::move(config)), providers_(std::move(providers)), shared_(shared), ongoing_(ongoing), clock_(clock) {}

bool BackChannelSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  const auto& endpoint = config_->logout.back_channel_endpoint;
  return !endpoint.empty() && path == endpoint;
}

bool BackChannelSource::wants_body(const http::Request& request) const {
  return may_handle(request.method, request.target.path, {}) && request.is("POST") && http::is_form(request.headers);
}

Task<Result<std::optional<Recognition>>> BackChannelSource::recognise(const SourceInput& input) {
  auto read = read_token(input);
  if (auto* response = std::get_if<http::Response>(&read)) co_return std::optional<Recognition>(std::move(*response));
  std::string token = std::get<std::string>(std::move(read));
  session::TokenAttempt attempt(ongoing_.bad_logout_tokens, input.external.client_address, token, clock_.steady());
  if (!attempt.is_admitted()) co_return std::optional<Recognition>(too_many());
  const auto verified = co_await providers_->verify_logout_token(std::move(token));
  if (!verified) {
    base::log_warning("logout.back_channel", {{"fault", describe(verified.error())}});
    co_return std::optional<Recognition>(refusal(400, "the logout token was not accepted"));
  }
  attempt.accepted(clock_.steady());
  auto looking = has_been_seen(shared_, name_of_token(*verified));
  const auto is_seen = co_await looking;
  if (!is_seen) {
    base::log_warning("logout.back_channel", {{"fault", describe(is_seen.error())}});
    co_return std::optional<Recognition>(*failure());
  }
  if (*is_seen) co_return std::optional<Recognition>(accepted());
  co_return std::optional<Recognition>(make_trigger(*verified));
}

std::optional<http::Response> BackChannelSource::failure() const {
  return refusal(400, "the session could not be ended");
}

Trigger BackChannelSource::make_trigger(const identity::LogoutToken& token) const {
  Trigger trigger = told_from_elsewhere(Cause::back_channel);
  session::SessionFilter filter;
  filter.issuer = token.issuer;
  filter.subject = token.subject;
  filter.idp_session_id = token.idp_session_id;
  trigger.selection.filters.push_back(std::move(filter));
  trigger.selection.ended_at_provider = {{token.issuer, token.idp_session_id, token.subject, clock_.wall()}};
  trigger.answer = accepted();
  trigger.seen = name_of_token(token);
  return trigger;
}

std::optional<Trigger> BackChannelSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "POST" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return told_from_elsewhere(Cause::back_channel);
}

}  // namespace router::logout
