#include "logout/sources/rest.h"

#include <algorithm>

#include "base/log.h"
#include "http/cookie.h"
#include "http/query.h"
#include "identity/am_rest.h"
#include "logout/logout_details.h"

namespace router::logout {
namespace {

bool has_cookie(const http::Headers& headers, std::string_view name) {
  bool found = false;
  http::for_each_cookie(headers, [&](const http::CookiePair& pair) { found = found || pair.name == name; });
  return found;
}

// What makes a browser ask before it sends the request to another site.
bool is_from_a_script(const http::Headers& headers) {
  return headers.contains("Accept-API-Version") || headers.contains("X-Requested-With");
}

http::Response store_away() { return identity::rest_error(503, "The session could not be ended for now"); }

Trigger rest_trigger() {
  Trigger trigger;
  trigger.cause = Cause::rest;
  trigger.form = ReplyForm::given;
  trigger.provider_step = ProviderStep::revoke_tokens;
  return trigger;
}

}  // namespace

RestSource::RestSource(std::shared_ptr<const config::Configuration> config, session::Store& store, Ongoing& ongoing,
                       const base::Clock& clock)
    : config_(std::move(config)), cookie_(*config_), held_(*config_, store, ongoing, clock) {}

bool RestSource::may_handle(std::string_view, std::string_view path, std::string_view query) const {
  return config_->am && identity::read_realm_path(path, config_->am->context_path, "/json", "sessions") &&
         http::query_value(query, "_action") == "logout";
}

std::optional<http::Response> RestSource::failure() const { return store_away(); }

std::optional<http::Response> RestSource::refusal(const http::Request& request) const {
  const config::Am& am = *config_->am;
  if (!request.is("POST")) return identity::rest_method_not_allowed("POST");
  if (!identity::accepts_api_version(request.headers)) return identity::api_version_refused();
  const auto path = identity::read_realm_path(request.target.path, am.context_path, "/json", "sessions");
  // The token says which session; a realm around its own may end it, too.
  if (!path || !identity::is_realm_within(am.realm, identity::realm_of(*path, request.target.query)))
    return identity::rest_error(404, "Realm not found");
  return std::nullopt;
}

// The ids of what is to end, or why nothing is.
std::variant<std::vector<session::SessionId>, http::Response> RestSource::read_token(
    const http::Headers& headers) const {
  auto named = cookie_.read(headers);
  if (named.fields > 0) return std::move(named.by_field);
  if (!has_cookie(headers, cookie_.names().rest_cookie())) return identity::rest_error(401, "Access Denied");
  if (!is_from_a_script(headers))
    return identity::rest_error(403, "A token in a cookie needs Accept-API-Version or X-Requested-With");
  return std::move(named.by_cookie);
}

Task<Result<bool>> RestSource::ends_all_cookies(const SourceInput& input, const std::vector<session::Snapshot>& ended) {
  auto looking = held_.look_up(cookie_.read(input.request.headers).by_cookie, input.external.client_address);
  auto held = co_await looking;
  if (!held) co_return held.error();
  const auto is_ended = [&](const session::Snapshot& session) { return session::holds(ended, session->id); };
  co_return std::all_of(held->begin(), held->end(), is_ended) && (!input.session || is_ended(input.session));
}

Task<Result<std::optional<Recognition>>> RestSource::recognise(const SourceInput& input) {
  if (auto refused = refusal(input.request)) co_return std::optional<Recognition>(std::move(*refused));
  auto token = read_token(input.request.headers);
  if (auto* refused = std::get_if<http::Response>(&token)) co_return std::optional<Recognition>(std::move(*refused));
  auto looking =
      held_.look_up(std::move(std::get<std::vector<session::SessionId>>(token)), input.external.client_address);
  auto held = co_await looking;
  if (!held) {
    if (held.error().side != base::Side::client)
      base::log_error("logout.store", {{"what", "find"}, {"fault", describe(held.error())}});
    co_return std::optional<Recognition>(store_away());
  }
  *held = session::of_tenant(*std::move(held), input.external.tenant);
  const auto users = session::users_of(*held);
  if (users.empty()) co_return std::optional<Recognition>(details_answer(kTokenExpired, {}));
  auto comparing = ends_all_cookies(input, *held);
  const auto all_cookies = co_await comparing;
  if (!all_cookies) co_return std::optional<Recognition>(store_away());

  Trigger trigger = rest_trigger();
  // Of several, that of a REST login tells what its client has to do.
  const auto detailed =
      std::find_if(users.begin(), users.end(), [](const auto& session) { return !session->logout_details.empty(); });
  trigger.session = detailed == users.end() ? users.front() : *detailed;
  trigger.answer = details_answer(kLoggedOut, trigger.session->logout_details);
  trigger.clears_browser = *all_cookies;
  trigger.selection.sessions = *std::move(held);
  trigger.selection.with_successors = true;
  co_return std::optional<Recognition>(std::move(trigger));
}

std::optional<Trigger> RestSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "POST" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return rest_trigger();
}

}  // namespace router::logout
