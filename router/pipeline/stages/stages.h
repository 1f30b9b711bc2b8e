// The stages, and what each would do (pipeline/stage.h); pipeline/order.cpp has their order and its reasons. One source
// file each, with the judgement that both come of.
#pragma once

#include "base/task.h"
#include "pipeline/context.h"
#include "pipeline/foreseen.h"

namespace router::pipeline {

using base::Result;
using base::Task;

// Who a service caller is; from any peer, never forwarded.
inline constexpr std::string_view kCallerField = "x-approuter-authorization";
// A token that the Node router exchanges for a stronger one, which this one does not: its caller gets no login page.
inline constexpr std::string_view kWeakCallerField = "x-approuter-access-token";

// Method and target rules, who the client is behind trusted proxies, which host it speaks to, request ids.
Result<Verdict> sanitize(RequestState& state);
// OPTIONS *; the welcome file in the place of "/", for who asks for a CSRF token there.
Result<Verdict> own_endpoints(RequestState& state);
// The callbacks of a bound saas-registry.
Task<Result<Verdict>> subscriptions(Context& context);
// The application of the HTML5 repository that the path names, whose descriptor counts from here on.
Task<Result<Verdict>> find_application(Context& context);
Result<Verdict> match_route(RequestState& state);
// Origins that the descriptor's cors (or CORS) lets in; answers preflights.
Result<Verdict> check_cors(RequestState& state);
// User and password for a session token, where `am` is configured.
Task<Result<Verdict>> rest_login(Context& context);
Task<Result<Verdict>> load_session(Context& context);
// What session.js asks for: itself, what is left of the session, the stream of its events, a touch.
Task<Result<Verdict>> session_endpoints(Context& context);
Task<Result<Verdict>> logout(Context& context);
Task<Result<Verdict>> login_callback(Context& context);
// From "/" to the welcome file, whatever the method.
Result<Verdict> welcome_file(RequestState& state);
// 404 and 405.
Result<Verdict> refuse_unrouted(RequestState& state);
// No session where one is needed: login for a navigation, 401 for everything else.
Task<Result<Verdict>> authenticate(Context& context);
// The same with user and password, 401 with a challenge without them.
Task<Result<Verdict>> authenticate_basic(Context& context);
// The same for a request with kCallerField: no session, no redirect.
Task<Result<Verdict>> authenticate_caller(Context& context);
// Of a request that has it. Errors: bad_request (twice).
Result<std::string> caller_field(const http::Request& request);
// 429: too many wrong passwords.
Verdict come_again(base::seconds later);
// pluginMetadataEndpoint and whitelistService.
Result<Verdict> built_in_services(RequestState& state);
// WebSocket handshakes: enabled, complete, from an allowed origin.
Result<Verdict> check_upgrade(RequestState& state);
Result<Verdict> check_csrf(RequestState& state);
// Scopes of the route.
Result<Verdict> authorize(RequestState& state);
// What the application wants told at a logout becomes the session's.
Task<Result<Verdict>> remember_application(Context& context);
Task<Result<Verdict>> refresh_tokens(Context& context);
// For stages that are about to use the session's access token: whether it has expired, and the login that is needed
// then.
bool has_expired_token(const RequestState& state);
Task<Result<Verdict>> ask_for_login(Context& context);
// The token that the route's service is called with.
Task<Result<Verdict>> exchange_token(Context& context);
Task<Result<Verdict>> dispatch(Context& context);

// What they would do with the same request.
std::optional<Foreseen> explain_sanitize(RequestState& state, Told& told);
std::optional<Foreseen> explain_own_endpoints(RequestState& state, Told& told);
std::optional<Foreseen> explain_subscriptions(RequestState& state, Told& told);
std::optional<Foreseen> explain_find_application(RequestState& state, Told& told);
std::optional<Foreseen> explain_match_route(RequestState& state, Told& told);
std::optional<Foreseen> explain_check_cors(RequestState& state, Told& told);
std::optional<Foreseen> explain_rest_login(RequestState& state, Told& told);
std::optional<Foreseen> explain_load_session(RequestState& state, Told& told);
std::optional<Foreseen> explain_session_endpoints(RequestState& state, Told& told);
std::optional<Foreseen> explain_logout(RequestState& state, Told& told);
std::optional<Foreseen> explain_login_callback(RequestState& state, Told& told);
std::optional<Foreseen> explain_welcome_file(RequestState& state, Told& told);
std::optional<Foreseen> explain_refuse_unrouted(RequestState& state, Told& told);
std::optional<Foreseen> explain_authenticate(RequestState& state, Told& told);
std::optional<Foreseen> explain_built_in_services(RequestState& state, Told& told);
std::optional<Foreseen> explain_check_upgrade(RequestState& state, Told& told);
std::optional<Foreseen> explain_check_csrf(RequestState& state, Told& told);
std::optional<Foreseen> explain_authorize(RequestState& state, Told& told);
std::optional<Foreseen> explain_remember_application(RequestState& state, Told& told);
std::optional<Foreseen> explain_refresh_tokens(RequestState& state, Told& told);
std::optional<Foreseen> explain_exchange_token(RequestState& state, Told& told);
std::optional<Foreseen> explain_dispatch(RequestState& state, Told& told);

}  // namespace router::pipeline
