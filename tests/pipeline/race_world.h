// A whole router whose parts all yield where a real one would wait, under a scheduler that draws who goes on:
// pipeline, login, refresh and logout are the real ones; store and provider are real in what they do and
// random in when.
#pragma once

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backend/cookie_jar.h"
#include "backend/lasting_answer.h"
#include "http/query.h"
#include "login/service.h"
#include "logout/back_ends.h"
#include "logout/memory_outbox.h"
#include "logout/service.h"
#include "pipeline/pipeline.h"
#include "pipeline/stage_world.h"
#include "pipeline/yielding_store.h"
#include "support/routes.h"
#include "support/run_task.h"
#include "support/scheduler.h"
#include "support/sessions.h"

namespace router::test {

inline constexpr const char* kIssuer = "https://idp.example";

// Gives tokens out, rotates refresh tokens, and knows which of them are still good.
class YieldingProvider final : public identity::Provider {
 public:
  explicit YieldingProvider(Scheduler& scheduler) : scheduler_(scheduler) {
    config_.name = "idp";
    config_.issuer = config_.url = kIssuer;
    config_.client_id = "client";
    auto made = std::make_shared<identity::Metadata>();
    made->issuer = kIssuer;
    made->authorization_endpoint = std::string(kIssuer) + "/authorize";
    made->end_session_endpoint = std::string(kIssuer) + "/logout";
    made->revocation_endpoint = std::string(kIssuer) + "/revoke";
    metadata_ = std::move(made);
  }

  identity::TokenSet issue() {
    identity::TokenSet tokens;
    const auto number = std::to_string(++issued_);
    tokens.access_token = base::Secret("at-" + number);
    tokens.refresh_token = base::Secret("rt-" + number);
    tokens.id_token = base::Secret("id-" + number);
    tokens.obtained = scheduler_.clock.wall();
    tokens.access_expires = scheduler_.clock.wall() + base::minutes(60);
    good.insert("rt-" + number);
    return tokens;
  }

  const config::IdentityProvider& config() const override { return config_; }
  base::Task<base::Result<std::shared_ptr<const identity::Metadata>>> metadata() override {
    auto wait = scheduler_.yield();
    co_await wait;
    co_return metadata_;
  }
  std::shared_ptr<const identity::Metadata> known_metadata() const override { return metadata_; }
  std::string authorization_url(const identity::Metadata& metadata,
                                const identity::AuthorizationRequest& request) const override {
    return metadata.authorization_endpoint + "?" + http::query_pair("state", request.state);
  }
  base::Result<void> check_callback_issuer(const identity::Metadata&,
                                           const std::optional<std::string>&) const override {
    return {};
  }
  base::Task<base::Result<identity::Login>> exchange_code(identity::CodeGrant) override {
    auto before = scheduler_.yield();
    co_await before;
    identity::Login login;
    login.tokens = issue();
    login.claims.issuer = kIssuer;
    login.claims.subject = "ada-sub";
    login.claims.idp_session_id = next_sid;
    login.claims.user_name = "ada";
    login.claims.json = "{}";
    auto after = scheduler_.yield();
    co_await after;
    co_return login;
  }
  base::Task<base::Result<identity::Login>> refresh(identity::RefreshGrant grant) override {
    auto before = scheduler_.yield();
    co_await before;
    if (good.erase(std::string(grant.refresh_token.reveal())) == 0) {
      co_return base::Error{base::ErrorCode::unauthenticated, base::Side::identity_provider, "invalid_grant"};
    }
    identity::Login login;
    login.tokens = issue();
    login.claims.issuer = kIssuer;
    login.claims.subject = grant.previous_subject;
    auto after = scheduler_.yield();
    co_await after;
    co_return login;
  }
  base::Task<base::Result<identity::Login>> password_grant(identity::PasswordGrant) override { co_return unused(); }
  base::Task<base::Result<void>> revoke(base::Secret token, std::string) override {
    auto wait = scheduler_.yield();
    co_await wait;
    good.erase(std::string(token.reveal()));
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> end_session(base::Secret) override { co_return unused(); }
  base::Task<base::Result<identity::Claims>> verify_access_token(std::string) override { co_return unused(); }
  base::Task<base::Result<identity::Claims>> verify_id_token_hint(std::string) override { co_return unused(); }
  // "sid NAME" or "sub NAME".
  base::Task<base::Result<identity::LogoutToken>> verify_logout_token(std::string token) override {
    auto wait = scheduler_.yield();
    co_await wait;
    identity::LogoutToken verified;
    verified.issuer = kIssuer;
    verified.jti = std::to_string(++issued_);
    (token.starts_with("sid") ? verified.idp_session_id : verified.subject) = token.substr(4);
    co_return verified;
  }
  base::Task<bool> is_reachable() override { co_return true; }

  std::set<std::string> good;        // refresh tokens that can be used
  std::string next_sid = "sid-new";  // of the next login

 private:
  static base::Error unused() { return {base::ErrorCode::internal, base::Side::identity_provider, "not in this test"}; }
  Scheduler& scheduler_;
  config::IdentityProvider config_;
  std::shared_ptr<const identity::Metadata> metadata_;
  int issued_ = 0;
};

// Sets a cookie with each answer, and keeps the answer running for a while.
class SlowBackend final : public backend::Backend {
 public:
  SlowBackend(Scheduler& scheduler, const config::Logout& logout) : scheduler_(scheduler), logout_(logout) {}

  base::Task<base::Result<void>> serve(backend::Call& call) override {
    ++served;
    auto wait = scheduler_.yield();
    co_await wait;
    std::vector<backend::CookieChange> changes{
        {{"bank", "C" + std::to_string(served), base::Secret(std::string("v")), "/", false}, false}};
    auto saving =
        backend::save_cookies(call.sessions, call.facts.user.session, "bank", std::move(changes), 4096, logout_);
    const auto saved = co_await saving;
    if (!saved) co_return saved.error();
    bool closed = false;
    backend::LastingAnswer lasting(call, [&closed] { closed = true; });
    ++open;
    // an answer that never ends by itself, but for the test's patience
    for (int patience = 0; !closed && patience < 3; ++patience) {
      auto pause = base::sleep_for(call.exchange.loop(), base::milliseconds(20'000));
      co_await pause;
    }
    if (closed) --open;
    auto response = http::text_response(200, "");
    auto sending = call.exchange.respond(std::move(response));
    auto sent = co_await sending;
    call.status = 200;
    co_return sent;
  }

  int served = 0;
  int open = 0;  // answers that nobody closed

 private:
  Scheduler& scheduler_;
  const config::Logout& logout_;
};

class RaceWorld {
 public:
  explicit RaceWorld(std::uint64_t seed) : scheduler(seed) {
    config.logout.endpoint = "/my/logout";
    config.logout.back_channel_endpoint = "/backchannel";
    config.logout.applications = {{"the bank", "/app/leave", "", "", {"bank"}}};
    config.environment.preserve_fragment = false;
    config.destinations["bank"].name = "bank";
    config.destinations["bank"].url = *http::parse_url("http://bank.example");
    config.destinations["bank"].logout_path = "/sign-out";
    config.routes.push_back(make_route("^/app"));
    config.routes.back().authentication = config::AuthenticationType::oidc;
    config.routes.back().provider = "idp";
    config.routes.back().csrf_protection = false;
    config.providers = {provider->config()};
    graph = make_graph();
  }

  // One request, from its head to its answer, on one of the cores, at a time of chance.
  struct Sent {
    std::unique_ptr<FakeExchange> exchange;
    bool done = false;
    int status() const { return exchange->status(); }
  };
  Sent& send(std::string method, const std::string& target, const std::string& cookies, std::string body = {}) {
    auto& sent = requests.emplace_back();
    sent.exchange = std::make_unique<FakeExchange>(std::move(method), target);
    auto& request = sent.exchange->edit_request();
    request.headers.add("Host", "app.example");
    request.headers.add("Accept", "text/html");
    if (!cookies.empty()) request.headers.add("Cookie", cookies);
    if (!body.empty()) {
      request.headers.add("Content-Type", "application/x-www-form-urlencoded");
      sent.exchange->set_body({std::move(body)});
    }
    auto& core = scheduler.heads() ? first_core : second_core;
    sent.exchange->use_loop(core);
    scheduler.start(core, [this, &sent] { base::start_detached(handle(*this, sent)); });
    return sent;
  }

  Scheduler scheduler;
  Scheduler::Loop background{scheduler};
  Scheduler::Loop first_core{scheduler};
  Scheduler::Loop second_core{scheduler};
  YieldingStore store{scheduler};
  session::LiveConnections live;
  session::EventStreams streams;
  pipeline::Parts parts{scheduler.clock, background, {store, live, streams}};
  config::Configuration config;

  FakeLoop unused_loop{scheduler.clock};
  BackEnds client{unused_loop};
  logout::MemoryOutbox outbox;
  logout::Receipts receipts{scheduler.clock};
  logout::ReturnStates states{base::Secret(std::string("a secret of the tests")), scheduler.clock, store.shared()};
  logout::Ongoing ongoing_logouts{background, receipts, outbox};
  login::Ongoing ongoing_logins;
  logout::FanOut fan_out{client, background, scheduler.clock, outbox, receipts, {}, [] { return 0.5; }};
  YieldingProvider* provider = nullptr;
  std::shared_ptr<identity::Providers> providers = make_providers();
  SlowBackend* bank = nullptr;
  UnusedPool pool;
  std::shared_ptr<const pipeline::Graph> graph;
  std::deque<Sent> requests;

 private:
  static base::Task<void> handle(RaceWorld& world, Sent& sent) {
    pipeline::Pipeline pipeline(world.graph, world.pool);
    auto handling = pipeline.handle(*sent.exchange);
    co_await handling;
    sent.done = true;
  }

  std::shared_ptr<identity::Providers> make_providers() {
    auto made = std::make_unique<YieldingProvider>(scheduler);
    provider = made.get();
    std::vector<std::unique_ptr<identity::Provider>> bound;
    bound.push_back(std::move(made));
    return std::make_shared<identity::Providers>(std::move(bound));
  }

  static base::Task<void> tell_of(RaceWorld& world, std::vector<session::Snapshot> over) {
    auto telling = world.graph->logout->session_timed_out(std::move(over));
    co_await telling;
  }

  std::shared_ptr<const pipeline::Graph> make_graph() {
    auto made = std::make_shared<pipeline::Graph>(std::make_shared<const config::Configuration>(config), parts);
    auto backend = std::make_unique<SlowBackend>(scheduler, made->config->logout);
    bank = backend.get();
    made->routes = std::make_shared<const backend::RouteSet>(
        made->config, nullptr, [&backend](const config::Route&) { return std::move(backend); });
    made->logout = std::make_unique<logout::Service>(logout::Parts{made->config,
                                                                   providers,
                                                                   store,
                                                                   live,
                                                                   fan_out,
                                                                   receipts,
                                                                   states,
                                                                   ongoing_logouts,
                                                                   background,
                                                                   scheduler.clock,
                                                                   {}});
    made->login = std::make_unique<login::Service>(
        login::Parts{made->config, store, background, scheduler.clock, ongoing_logins,
                     [this](std::string_view) -> identity::Provider* { return provider; },
                     [this](std::vector<session::Snapshot> over) { return tell_of(*this, std::move(over)); }});
    return made;
  }
};

}  // namespace router::test
