#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/digest.h"
#include "http/conditional.h"
#include "http/embedded_files.h"
#include "http/fetch_metadata.h"
#include "logout/navigation.h"
#include "pipeline/filters/filters.h"
#include "pipeline/own_paths.h"
#include "pipeline/stages/stages.h"
#include "session/event_feed.h"

namespace router::pipeline {
namespace {

constexpr base::seconds kEventStreamWait{15};

struct SessionEndpoint {
  std::string_view path;
  std::string_view methods;
  std::string_view what;  // for people
};

constexpr SessionEndpoint kSessionEndpoints[] = {
    {kSessionScript, "GET, HEAD", "session.js, which keeps the tabs of a session together"},
    {kSessionState, "GET", "how long the session lives, for session.js; 401 without one"},
    {kSessionTouch, "POST", "the session is used once, for session.js; 401 without one"},
    {kSessionEvents, "GET", "the session's events, for session.js; 401 without one"},
};

// Null: the path is none of them.
const SessionEndpoint* session_endpoint(const http::Request& request) {
  // nearly every request
  if (!request.target.path.starts_with(kSessionState)) return nullptr;
  const auto found =
      std::find_if(std::begin(kSessionEndpoints), std::end(kSessionEndpoints),
                   [&](const SessionEndpoint& endpoint) { return endpoint.path == request.target.path; });
  return found == std::end(kSessionEndpoints) ? nullptr : found;
}

bool takes(const SessionEndpoint& endpoint, const http::Request& request) {
  return request.is(endpoint.methods) || (endpoint.methods == "GET, HEAD" && request.is_get_or_head());
}

http::Response script(const Context& context) {
  static const std::string_view text = http::embedded_file("session.js");
  static const std::string etag = "\"" + crypto::to_hex(crypto::sha256(text)).substr(0, 16) + "\"";
  const http::Validators validators{etag, {}};
  const bool is_known = http::evaluate_preconditions(context.request.method, context.request.headers, validators) ==
                        http::Precondition::not_modified;
  auto response = http::text_response(is_known ? 304 : 200, is_known ? "" : std::string(text));
  response.headers.set("Content-Type", "text/javascript; charset=utf-8");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("ETag", etag);
  response.headers.set("Cache-Control", "public, max-age=3600");
  return response;
}

http::Response json(int status, const nlohmann::json& value) {
  auto response = http::json_response(status, value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

std::string landing_page(const config::Configuration& config) {
  return config.logout.page.empty() ? std::string(logout::kSignedOutPath) : config.logout.page;
}

nlohmann::json way_out(const config::Configuration& config) {
  return {{"endpoint", config.logout.endpoint},
          {"method", config.logout.method},
          {"csrf", config.logout.csrf_protection},
          {"page", landing_page(config)}};
}

http::Response no_session(const Context& context) { return json(401, {{"page", landing_page(context.config())}}); }

// Nobody is signed in. A browser that holds users' sessions all the same can still sign out of them: it is told how.
Task<Result<Verdict>> nobody(Context& context) {
  auto ids = context.graph.session_cookie.read(context.request.headers).all();
  auto looking = session::find_held(context.graph.parts.sessions.store, std::move(ids));
  const auto held = co_await looking;
  if (!held) co_return held.error();
  const auto users = session::users_of(session::of_tenant(*held, context.external.tenant));
  co_return Verdict(users.empty() ? no_session(context) : json(401, way_out(context.config())));
}

Task<Result<Verdict>> state(Context& context, session::SessionId id) {
  auto left = co_await context.graph.parts.sessions.store.time_left(std::move(id));
  if (!left) co_return left.error();
  if (!*left) co_return Verdict(no_session(context));
  auto value = way_out(context.config());
  value["left"] = (*left)->count();
  co_return Verdict(json(200, value));
}

Task<Result<Verdict>> touch(Context& context, session::SessionId id) {
  if (http::is_cross_site(context.request, context.external)) co_return Verdict(logout::refused_response());
  session::SessionId copy = id;
  const auto touched = co_await context.graph.parts.sessions.store.used(std::move(copy));
  if (!touched && touched.error().code != base::ErrorCode::not_found) co_return touched.error();
  auto answer = co_await state(context, std::move(id));
  co_return answer;
}

Task<Result<Verdict>> events(Context& context, session::SessionId id) {
  auto fields = session::feed_fields();
  ReplyFields(context).complete(fields, context.upstream_time);
  session::Feed feed{.exchange = context.exchange,
                     .sessions = context.graph.parts.sessions,
                     .session = std::move(id),
                     .address = context.external.client_address,
                     .fields = std::move(fields)};
  context.status = 200;
  const auto fed = co_await session::run_event_feed(std::move(feed));
  // a browser that closes its stream is no fault
  const bool is_closed = !fed && fed.error().code == base::ErrorCode::closed;
  if (is_closed || (fed && *fed)) co_return Verdict(Answered{});
  if (!fed) co_return fed.error();
  co_return Verdict(http::too_many_requests("Too many event streams\n", kEventStreamWait));
}

}  // namespace

Task<Result<Verdict>> session_endpoints(Context& context) {
  const auto* const endpoint = session_endpoint(context.request);
  if (endpoint == nullptr) return Verdict(Continue{});
  // none of them counts as a use of the session, but for the touch itself
  const auto session = std::exchange(context.user.session, nullptr);
  context.user.anonymous = nullptr;
  if (!takes(*endpoint, context.request)) return Verdict(http::method_not_allowed(endpoint->methods));
  if (endpoint->path == kSessionScript) return Verdict(script(context));
  session::SessionId id = session ? session->id : session::SessionId();
  if (!session) return nobody(context);
  if (endpoint->path == kSessionState) return state(context, std::move(id));
  return endpoint->path == kSessionTouch ? touch(context, std::move(id)) : events(context, std::move(id));
}

std::optional<Foreseen> explain_session_endpoints(RequestState& state, Told&) {
  const auto* const endpoint = session_endpoint(state.request);
  if (endpoint == nullptr) return std::nullopt;
  if (takes(*endpoint, state.request)) return foresee(200, endpoint->what);
  return foresee(405, "takes " + std::string(endpoint->methods) + "; " + std::string(endpoint->what));
}

}  // namespace router::pipeline
