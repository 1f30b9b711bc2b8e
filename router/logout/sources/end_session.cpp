#include "logout/sources/end_session.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "http/query.h"
#include "identity/am_rest.h"
#include "identity/claims.h"
#include "logout/logout_details.h"
#include "logout/navigation.h"
#include "session/token_attempt.h"

namespace router::logout {
namespace {

constexpr std::string_view kHint = "id_token_hint";
constexpr std::string_view kRedirectUri = "post_logout_redirect_uri";

http::Response oauth_error(int status, std::string_view error, std::string_view description) {
  return identity::rest_answer(status, "{\"error\":" + base::json_quote(error) +
                                           ",\"error_description\":" + base::json_quote(description) + "}");
}

http::Response bad_request(std::string_view description) { return oauth_error(400, "bad_request", description); }

http::Response too_many_hints() {
  auto response = oauth_error(429, "slow_down", "too many hints that were not accepted");
  response.headers.add("Retry-After", "1");
  return response;
}

http::Response unavailable() {
  return oauth_error(503, "temporarily_unavailable", "the session cannot be ended for now");
}

bool has_repeated_parameter(std::string_view query) {
  std::vector<std::string> seen;
  for (const auto& parameter : http::parse_query(query)) {
    if (parameter.name != kHint && parameter.name != kRedirectUri && parameter.name != "state") continue;
    if (std::find(seen.begin(), seen.end(), parameter.name) != seen.end()) return true;
    seen.push_back(parameter.name);
  }
  return false;
}

// By `sid` the one session, else all of the user's, at the tenant of the host.
session::SessionFilter filter_of(const identity::Claims& claims, const std::string& tenant) {
  session::SessionFilter filter;
  filter.issuer = claims.issuer;
  filter.subject = claims.subject;
  filter.idp_session_id = claims.idp_session_id;
  filter.subdomain = tenant;
  return filter;
}

// As the store takes the filter: a session without a `sid` may be any of its user's.
bool is_meant(const session::Snapshot& session, const session::SessionFilter& filter) {
  return session->subdomain == filter.subdomain && session->issuer == filter.issuer &&
         session->subject == filter.subject &&
         (filter.idp_session_id.empty() || session->idp_session_id.empty() ||
          session->idp_session_id == filter.idp_session_id);
}

Trigger end_session_trigger() {
  Trigger trigger;
  trigger.cause = Cause::rest;
  trigger.form = ReplyForm::given;
  trigger.provider_step = ProviderStep::revoke_tokens;
  return trigger;
}

}  // namespace

EndSessionSource::EndSessionSource(std::shared_ptr<const config::Configuration> config,
                                   std::shared_ptr<identity::Providers> providers, session::Store& store,
                                   Ongoing& ongoing, const base::Clock& clock)
    : config_(std::move(config)),
      providers_(std::move(providers)),
      store_(store),
      ongoing_(ongoing),
      clock_(clock),
      held_(*config_, store, ongoing, clock) {}

bool EndSessionSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  return config_->am && identity::read_realm_path(path, config_->am->context_path, "/oauth2", "connect/endSession");
}

std::optional<http::Response> EndSessionSource::failure() const { return unavailable(); }

std::optional<http::Response> EndSessionSource::refusal(const http::Request& request) const {
  const config::Am& am = *config_->am;
  if (request.is("HEAD")) return refused_response();
  if (!request.is("GET")) return http::method_not_allowed("GET");
  if (judge_navigation(request, config::CrossSiteLogout::allow) == Navigation::refuse) return refused_response();
  const auto path = identity::read_realm_path(request.target.path, am.context_path, "/oauth2", "connect/endSession");
  if (!path || !identity::is_realm_within(am.realm, identity::realm_of(*path, request.target.query)))
    return oauth_error(404, "not_found", "there is no such realm");
  if (has_repeated_parameter(request.target.query)) return bad_request("a parameter comes twice");
  if (http::query_value(request.target.query, kHint).value_or("").empty())
    return bad_request("the endSession endpoint requires an id_token_hint parameter");
  return std::nullopt;
}

Task<Result<std::optional<Recognition>>> EndSessionSource::recognise(const SourceInput& input) {
  const std::string& query = input.request.target.query;
  if (auto refused = refusal(input.request)) co_return std::optional<Recognition>(std::move(*refused));
  std::string hint = http::query_value(query, kHint).value_or("");
  session::TokenAttempt attempt(ongoing_.bad_logout_tokens, input.external.client_address, hint, clock_.steady());
  if (!attempt.is_admitted()) co_return std::optional<Recognition>(too_many_hints());
  auto claims = co_await providers_->verify_id_token_hint(std::move(hint));
  if (claims) {
    const auto fitting = identity::check_tenant(*claims, input.external.tenant, false);
    if (!fitting) claims = fitting.error();
  }
  if (!claims) {
    base::log_warning("logout.end_session", {{"fault", describe(claims.error())}});
    const bool refused = claims.error().code == base::ErrorCode::unauthenticated;
    co_return std::optional<Recognition>(refused ? bad_request("the id_token_hint was not accepted") : unavailable());
  }
  attempt.accepted(clock_.steady());
  session::SessionFilter filter = filter_of(*claims, input.external.tenant);
  session::SessionFilter sought = filter;
  const auto found = co_await first_session(std::move(sought));
  if (!found) co_return std::optional<Recognition>(unavailable());

  auto looking = held_.find_if_affordable(input);
  const auto held = co_await looking;
  if (!held) co_return std::optional<Recognition>(unavailable());

  Trigger trigger = end_session_trigger();
  trigger.session = *found;
  // The hint says who leaves: the cookie of somebody else stays.
  trigger.clears_browser = !held->empty() && std::all_of(held->begin(), held->end(), [&](const auto& session) {
    return is_meant(session, filter);
  });
  trigger.selection.filters.push_back(std::move(filter));
  const std::map<std::string, std::string> none;
  trigger.answer = answer(query, *found ? (*found)->logout_details : none);
  co_return std::optional<Recognition>(std::move(trigger));
}

// Null: none.
Task<Result<session::Snapshot>> EndSessionSource::first_session(session::SessionFilter filter) {
  auto found = co_await store_.select(std::move(filter), 1);
  if (!found) {
    base::log_error("logout.store", {{"what", "select"}, {"fault", describe(found.error())}});
    co_return found.error();
  }
  co_return found->empty() ? session::Snapshot() : found->front();
}

http::Response EndSessionSource::answer(std::string_view query,
                                        const std::map<std::string, std::string>& details) const {
  const auto uri = http::query_value(query, kRedirectUri);
  if (uri) {
    const auto& known = config_->am->post_logout_redirect_uris;
    if (std::find(known.begin(), known.end(), *uri) == known.end())
      return bad_request("the post_logout_redirect_uri is not registered; the session has ended");
    const auto state = http::query_value(query, "state");
    return http::redirect_response(state ? http::append_query(*uri, http::query_pair("state", *state)) : *uri);
  }
  if (!details.empty()) return details_answer(kLoggedOut, details);
  http::Response response;
  response.status = 204;
  return response;
}

std::optional<Trigger> EndSessionSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "GET" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return end_session_trigger();
}

}  // namespace router::logout
