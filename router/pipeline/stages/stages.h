// The stages; pipeline/order.cpp has their order and its reasons. One source file each.
#pragma once

#include "base/task.h"
#include "pipeline/context.h"

namespace router::pipeline {

using base::Result;
using base::Task;

// Who a service caller is; from any peer, never forwarded.
inline constexpr std::string_view kCallerField = "x-approuter-authorization";

// Method and target rules, who the client is behind trusted proxies, which host it speaks to, request ids.
Result<Verdict> sanitize(Context& context);
// OPTIONS *; the welcome file in the place of "/", for who asks for a CSRF token there.
Result<Verdict> own_endpoints(Context& context);
Result<Verdict> match_route(Context& context);
// Origins that the descriptor's cors (or CORS) lets in; answers preflights.
Result<Verdict> check_cors(Context& context);
// User and password for a session token, where `am` is configured.
Task<Result<Verdict>> rest_login(Context& context);
Task<Result<Verdict>> load_session(Context& context);
// What session.js asks for: itself, what is left of the session, the stream of its events, a touch.
Task<Result<Verdict>> session_endpoints(Context& context);
Task<Result<Verdict>> logout(Context& context);
Task<Result<Verdict>> login_callback(Context& context);
// From "/" to the welcome file, whatever the method.
Result<Verdict> welcome_file(Context& context);
// 404 and 405.
Result<Verdict> refuse_unrouted(Context& context);
// No session where one is needed: login for a navigation, 401 for everything else.
Task<Result<Verdict>> authenticate(Context& context);
// The same with user and password, 401 with a challenge without them.
Task<Result<Verdict>> authenticate_basic(Context& context);
// The same for a request with kCallerField: no session, no redirect.
Task<Result<Verdict>> authenticate_caller(Context& context);
// 429: too many wrong passwords.
Verdict come_again(base::seconds later);
// pluginMetadataEndpoint and whitelistService.
Result<Verdict> built_in_services(Context& context);
// WebSocket handshakes: enabled, complete, from an allowed origin.
Result<Verdict> check_upgrade(Context& context);
Result<Verdict> check_csrf(Context& context);
// Scopes of the route.
Result<Verdict> authorize(Context& context);
Task<Result<Verdict>> refresh_tokens(Context& context);
// For stages that are about to use the session's access token: whether it has expired, and the login that is needed
// then.
bool has_expired_token(const Context& context);
Task<Result<Verdict>> ask_for_login(Context& context);
// The token that the route's service is called with.
Task<Result<Verdict>> exchange_token(Context& context);
Task<Result<Verdict>> dispatch(Context& context);

}  // namespace router::pipeline
