#include "login/callback.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "login/callback_parameters.h"
#include "login/fragment_cookie.h"
#include "login/login_outcome.h"
#include "login/orphaned_tokens.h"
#include "login/start.h"

namespace router::login {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr base::seconds kAuthTimeSkew{60};

// As long as an attempt may take (STATE_CACHE), at most.
constexpr base::milliseconds kUsedStatesKept = std::chrono::hours(1);

// The user has a page within 10 s of coming back, whatever the provider does.
constexpr base::milliseconds kCallbackPatience{9'500};

// Absent: the state has been used before.
using Redeemed = Result<std::optional<identity::Login>>;

struct Attempt {
  char slot = '0';
  PendingLogin login;
};

std::string_view user_agent_of(const http::Request& request) {
  return request.headers.get("User-Agent").value_or(std::string_view());
}

// With SameSite=Strict the new cookie is not sent along a redirect that began at the provider: the page goes
// on itself.
http::Response go_to(const config::Configuration& config, const std::string& location) {
  if (config.environment.cookies.same_site != "Strict") return http::redirect_response(location);
  auto page =
      http::html_response(200, "<!doctype html><title>Signed in</title><meta http-equiv=\"refresh\" content=\"0;url=" +
                                   base::html_escape(location) + "\">");
  page.headers.set("Cache-Control", "no-store");
  page.headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  page.headers.set("Referrer-Policy", "no-referrer");
  return page;
}

// On the background loop: everything that talks to the provider, and the note that this state is used up.
Task<Redeemed> redeem(session::SharedState& shared, const base::Clock& clock, identity::Provider& provider,
                      PendingLogin attempt, std::string tenant, CallbackParameters parameters,
                      base::milliseconds minimum_validity) {
  const auto ends_by = clock.steady() + kCallbackPatience;
  // without a state the verifier stands for the attempt
  const auto& mark = attempt.state.empty() ? attempt.code_verifier : attempt.state;
  auto noting = shared.once(session::Kind::login_state, mark, kUsedStatesKept);
  const auto is_first = co_await noting;
  if (!is_first) co_return is_first.error();
  if (!*is_first) co_return std::optional<identity::Login>();
  auto fetching = provider.metadata();
  const auto metadata = co_await fetching;
  if (!metadata) co_return metadata.error();
  if (auto checked = provider.check_callback_issuer(**metadata, parameters.iss); !checked) co_return checked.error();
  if (parameters.error) co_return provider_error(parameters);
  if (!parameters.code || parameters.code->empty()) {
    co_return Error{ErrorCode::bad_request, Side::client, "callback without a code"};
  }
  identity::CodeGrant grant{*std::move(parameters.code),
                            std::move(attempt.code_verifier),
                            std::move(attempt.redirect_uri),
                            std::move(attempt.nonce),
                            std::move(tenant),
                            ends_by};
  auto exchanging = provider.exchange_code(std::move(grant));
  auto login = co_await exchanging;
  if (!login) co_return login.error();
  if (auto lasting = check_validity(login->tokens, minimum_validity, clock.wall()); !lasting) co_return lasting.error();
  co_return std::optional<identity::Login>(*std::move(login));
}

class Callback {
 public:
  Callback(const Parts& parts, const http::Request& request, const http::External& external, base::Loop& home)
      : parts_(parts), request_(request), external_(external), home_(home) {}

  Task<CallbackOutcome> run();

 private:
  Task<void> complete(Attempt attempt, CallbackParameters parameters);
  Task<void> open(PendingLogin attempt, identity::Login login, std::string location);
  Task<void> restart(LoginRequest login);
  std::optional<Attempt> find_attempt(const std::string& state, const std::optional<LoginState>& opened) const;
  std::string use_up_cookies(const Attempt& attempt);
  void refuse(ErrorCode code, Side side, std::string detail) { outcome_.answer = Error{code, side, std::move(detail)}; }
  void set_cookie(const http::SetCookie& cookie) { outcome_.set_cookies.push_back(cookie.to_string()); }

  const Parts& parts_;
  const http::Request& request_;
  const http::External& external_;
  base::Loop& home_;
  CallbackOutcome outcome_;
};

Task<CallbackOutcome> Callback::run() {
  if (!request_.is("GET")) {
    outcome_.answer = http::method_not_allowed("GET");
    co_return std::move(outcome_);
  }
  auto parameters = read_callback_parameters(request_.target.query);
  if (!parameters) {
    outcome_.answer = parameters.error();
    co_return std::move(outcome_);
  }
  const std::string state = parameters->state.value_or("");
  const auto opened = parts_.pending.open_state(state);
  if (parts_.config->state_protection && !opened) {
    refuse(ErrorCode::bad_request, Side::client, "callback with a state that is not ours, or none");
    co_return std::move(outcome_);
  }
  auto attempt = find_attempt(state, opened);
  const auto now = parts_.clock.wall();
  Task<void> rest;
  if (!attempt) {
    LoginRequest again;
    again.restarts = opened ? opened->restarts : kMostRestarts;
    rest = restart(std::move(again));
  } else if (parts_.pending.is_too_old(attempt->login.started, now)) {
    const std::string return_path = attempt->login.return_path;
    rest = restart({attempt->login.provider,
                    return_path,
                    {},
                    attempt->login.application,
                    attempt->login.restarts,
                    attempt->login.identity_provider});
  } else {
    rest = complete(*std::move(attempt), *std::move(parameters));
  }
  co_await rest;
  co_return std::move(outcome_);
}

std::optional<Attempt> Callback::find_attempt(const std::string& state, const std::optional<LoginState>& opened) const {
  if (!parts_.config->state_protection) {
    auto latest = parts_.pending.find_latest(request_.headers, parts_.clock.wall());
    if (!latest) return std::nullopt;
    return Attempt{latest->slot, std::move(latest->login)};
  }
  auto login = parts_.pending.find(request_.headers, opened->slot, state);
  if (!login) return std::nullopt;
  return Attempt{opened->slot, *std::move(login)};
}

// The path to go on to.
std::string Callback::use_up_cookies(const Attempt& attempt) {
  set_cookie(parts_.pending.deletion(attempt.slot, external_, user_agent_of(request_)));
  const auto name = parts_.session_cookie.names().fragment(attempt.slot);
  const auto fragment = kept_fragment(request_.headers, name, attempt.login.return_path);
  if (fragment.lost) base::log_warning("login.fragment_lost", {{"bytes", std::to_string(*fragment.lost)}});
  if (!fragment.text.empty() || fragment.lost) {
    set_cookie(fragment_deletion(name, parts_.config->environment.cookie_prefix));
  }
  return attempt.login.return_path + fragment.text;
}

Task<void> Callback::complete(Attempt attempt, CallbackParameters parameters) {
  // before the attempt is used up: the same URL may come again
  auto& limit = parts_.ongoing.failed_callbacks;
  const auto& address = external_.client_address;
  if (const auto wait = limit.take(address, parts_.clock.steady())) {
    base::limits::kFailedCallbacks.hit();
    base::log_warning("login.callbacks_limited", {{"audit", true}, {"client", address}});
    outcome_.answer = http::too_many_requests("Too many logins have failed. Try again later.\n", *wait);
    co_return;
  }
  std::string location = use_up_cookies(attempt);
  auto* provider = parts_.find_provider(attempt.login.provider);
  if (provider == nullptr) {
    refuse(ErrorCode::unavailable, Side::identity_provider, "the provider of this login is no longer bound");
    co_return;
  }
  auto redeeming = base::run_on(parts_.background, home_,
                                redeem(parts_.store.shared(), parts_.clock, *provider, attempt.login, external_.tenant,
                                       std::move(parameters), parts_.config->environment.minimum_token_validity));
  auto redeemed = co_await redeeming;
  if (redeemed || is_away(redeemed.error())) limit.give_back(address, parts_.clock.steady());
  if (!redeemed) {
    note_login(attempt.login.provider, address, &redeemed.error());
    outcome_.answer = redeemed.error();
    co_return;
  }
  if (!*redeemed) {
    // the same URL again: whoever has the session by now is where he wanted to be, everybody else is asked to
    // log in
    outcome_.answer = go_to(*parts_.config, location);
    co_return;
  }
  auto opening = open(std::move(attempt.login), **std::move(redeemed), std::move(location));
  co_await opening;
}

Task<void> Callback::open(PendingLogin attempt, identity::Login login, std::string location) {
  const auto& proved = login.claims.authenticated;
  if (!attempt.application.empty() && (!proved || *proved + kAuthTimeSkew < attempt.started)) {
    give_back_soon(parts_, attempt.provider, login.tokens.refresh_token);
    refuse(ErrorCode::unauthenticated, Side::identity_provider,
           "who left " + attempt.application + " was not asked again who he is: auth_time is " +
               (proved ? "older" : "missing"));
    note_login(attempt.provider, external_.client_address, &outcome_.answer.error());
    co_return;
  }
  auto opening = open_session(parts_, request_, external_, std::move(login),
                              {attempt.provider, attempt.application, attempt.started});
  auto opened = co_await opening;
  if (!opened && opened.error().code == ErrorCode::conflict) {
    // the provider has ended it while it was being made
    auto again = restart(
        {attempt.provider, attempt.return_path, {}, attempt.application, attempt.restarts, attempt.identity_provider});
    co_await again;
    co_return;
  }
  note_login(attempt.provider, external_.client_address, opened ? nullptr : &opened.error());
  if (!opened) {
    outcome_.answer = opened.error();
    co_return;
  }
  outcome_.set_cookies.push_back(std::exchange(opened->set_cookie, {}));
  outcome_.opened = *std::move(opened);
  outcome_.answer = go_to(*parts_.config, location);
}

// Not for who is logged in already.
Task<void> Callback::restart(LoginRequest login) {
  auto looking = session::find_visitor(parts_.store, parts_.session_cookie.read(request_.headers));
  const auto visitor = co_await looking;
  if (visitor && visitor->user && visitor->user->subdomain == external_.tenant) {
    const auto& path = login.return_path;
    outcome_.answer = go_to(*parts_.config, path.empty() ? std::string(kDefaultReturnPath) : path);
    co_return;
  }
  ++login.restarts;
  auto starting = start_login(parts_, request_.headers, external_, std::move(login), home_);
  outcome_.answer = co_await starting;
}

}  // namespace

Task<CallbackOutcome> finish_login(const Parts& parts, const http::Request& request, const http::External& external,
                                   base::Loop& home) {
  Callback callback(parts, request, external, home);
  auto running = callback.run();
  auto outcome = co_await running;
  co_return outcome;
}

}  // namespace router::login
