#include "login/rest_login.h"

#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "identity/am_rest.h"
#include "login/anonymous_jar.h"
#include "login/new_session.h"
#include "login/orphaned_tokens.h"
#include "login/session_limit.h"
#include "session/user_fingerprint.h"

namespace router::login {

using base::ErrorCode;
using base::Task;

namespace {

http::Response too_many(base::seconds wait) {
  auto response = identity::rest_error(429, "Too many failed logins");
  response.headers.add("Retry-After", std::to_string(wait.count()));
  return response;
}

// Not the user's fault; the log says whose.
http::Response away(const base::Error& error) {
  base::log_warning("login.rest", {{"fault", base::describe(error)}});
  return identity::rest_error(503, "Authentication is not possible for now");
}

}  // namespace

Task<http::Response> RestLogin::answer(const http::Request& request, const http::External& external, std::string body,
                                       base::Loop& home) const {
  const auto now = parts_.clock.wall();
  auto read = requests_.read(request, body, now);
  if (auto* refused = std::get_if<http::Response>(&read)) co_return std::move(*refused);
  RestAsk ask = std::get<RestAsk>(std::move(read));
  if (!ask.credentials) co_return identity::rest_answer(200, requests_.callbacks(ask.start, now));
  auto logging_in = log_in(std::move(ask), request, external, home);
  auto response = co_await logging_in;
  co_return response;
}

Task<http::Response> RestLogin::log_in(RestAsk ask, const http::Request& request, const http::External& external,
                                       base::Loop& home) const {
  const auto started = parts_.clock.wall();
  identity::Provider* provider = parts_.find_provider({});
  if (provider == nullptr)
    co_return away({ErrorCode::unavailable, base::Side::identity_provider, "no provider is bound"});
  PasswordTry attempt{std::move(ask.credentials->user), std::move(ask.credentials->password), external.client_address,
                      external.tenant};
  auto checking = base::run_on(parts_.background, home,
                               check_password(*parts_.ongoing.doors, parts_.clock, *provider, std::move(attempt)));
  auto verdict = co_await checking;
  if (const auto* wait = std::get_if<base::seconds>(&verdict)) co_return too_many(*wait);
  auto& login = std::get<base::Result<identity::Login>>(verdict);
  if (!login && login.error().code == ErrorCode::unauthenticated) co_return identity::rest_error(401, "Login failure");
  if (!login) co_return away(login.error());
  if (ask.start.no_session) {
    // nobody will use it; the provider need not remember it
    give_back_soon(parts_, provider->config().name, std::move(login->tokens.refresh_token));
    co_return identity::rest_answer(200, success("message", "Authentication Successful"));
  }
  auto opening = open_session(*provider, std::move(ask.start), *std::move(login), request, external, started);
  auto response = co_await opening;
  co_return response;
}

Task<http::Response> RestLogin::open_session(const identity::Provider& provider, RestStart start, identity::Login login,
                                             const http::Request& request, const http::External& external,
                                             base::WallTime started) const {
  const SessionOrigin origin{.provider = provider.config().name, .started = started};
  auto session = make_session(*parts_.config, std::move(login), origin, external, parts_.clock.wall());
  const auto journey = am_.journeys.find(start.journey);
  if (journey != am_.journeys.end()) session.logout_details = journey->second.logout_details;
  const session::SessionId id = session.id;
  auto holding = session::find_held(parts_.store, parts_.session_cookie.read(request.headers).all());
  const auto held = co_await holding;
  auto taking = take_anonymous_jar(parts_, held.value_or(std::vector<session::Snapshot>()), session);
  const auto anonymous = co_await taking;
  auto creating = parts_.store.create(session);
  const auto created = co_await creating;
  auto settling = settle_anonymous(parts_, anonymous, created.has_value());
  co_await settling;
  // The provider has ended it while it was being made.
  if (!created && created.error().code == ErrorCode::conflict) {
    give_back_soon(parts_, session.provider, session.tokens.refresh_token);
    co_return identity::rest_error(401, "Login failure");
  }
  if (!created) co_return away(created.error());
  auto making_room = make_room(parts_, session);
  co_await making_room;
  base::log_info("login.done", {{"audit", true},
                                {"session", id.fingerprint()},
                                {"user", session.user_name},
                                {"user_fingerprint", session::user_fingerprint(session.user_name)},
                                {"journey", start.journey}});
  co_return identity::rest_answer(200, success("tokenId", id.reveal()));
}

std::string RestLogin::success(std::string_view member, std::string_view value) const {
  std::string json = "{" + base::json_quote(member) + ":" + base::json_quote(value);
  json.append(",\"successUrl\":").append(base::json_quote(am_.success_url));
  json.append(",\"realm\":").append(base::json_quote(am_.realm)).append("}");
  return json;
}

}  // namespace router::login
