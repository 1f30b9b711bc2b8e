// A browser with a cookie jar, and a router whose login is spoken to directly: for the tests of login/.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "http/cookie.h"
#include "http/query.h"
#include "login/service.h"
#include "session/memory_store.h"
#include "session/told_store.h"
#include "support/counts.h"
#include "support/fake_loop.h"
#include "support/fake_provider.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::test {

class Browser {
 public:
  std::map<std::string, std::string> cookies;

  void receive(const std::string& set_cookie) {
    const auto cookie = http::parse_set_cookie(set_cookie);
    REQUIRE(cookie);
    if (cookie->max_age && *cookie->max_age <= 0) {
      cookies.erase(cookie->name);
    } else {
      cookies[cookie->name] = cookie->value;
    }
  }
  void receive(const http::Response& response) {
    for (const auto& field : response.headers) {
      if (field.name == "Set-Cookie") receive(std::string(field.value));
    }
  }
  std::string cookie_field() const {
    std::string text;
    for (const auto& [name, value] : cookies) text.append(text.empty() ? "" : "; ").append(name + "=" + value);
    return text;
  }
  http::Request request(const std::string& target) const {
    http::Request request;
    request.method = "GET";
    request.target = *http::parse_target("GET", target);
    if (!cookies.empty()) request.headers.add("Cookie", cookie_field());
    return request;
  }
  std::size_t count(const std::string& prefix) const {
    std::size_t found = 0;
    for (const auto& [name, value] : cookies) found += name.starts_with(prefix) ? 1 : 0;
    return found;
  }
};

struct LoginWorld {
  FakeClock clock;
  FakeLoop background{clock};
  FakeLoop home{clock};
  session::MemoryStore store{clock};
  ToldStore told{store};  // as the service sees it
  config::Configuration config;
  login::Ongoing ongoing;
  ScriptedProvider provider;
  ScriptedProvider other{"other", config::ProviderKind::ias};
  std::map<std::string, identity::Provider*, std::less<>> more;  // further providers, by name
  std::vector<session::Snapshot> over;
  http::External external;
  std::unique_ptr<login::Service> service;

  LoginWorld() {
    config.environment.preserve_fragment = false;
    external.scheme = "https";
    external.authority = "app.example";
    provider.login.tokens.obtained = clock.wall();
    provider.login.tokens.access_expires = clock.wall() + base::minutes(60);
    make_service();
  }

  // Anew, as a reload does.
  void make_service() { service = make_replica(ongoing); }
  // At the same store, with what it remembers itself.
  std::unique_ptr<login::Service> make_replica(login::Ongoing& its_own) {
    return std::make_unique<login::Service>(
        login::Parts{{std::shared_ptr<void>(), &config},
                     told,
                     background,
                     clock,
                     its_own,
                     [this](std::string_view name) -> identity::Provider* {
                       if (name.empty() || name == "idp") return &provider;
                       if (name == "other") return &other;
                       const auto found = more.find(name);
                       return found == more.end() ? nullptr : found->second;
                     },
                     [this](std::vector<session::Snapshot> sessions) { return note(*this, std::move(sessions)); }});
  }
  static base::Task<void> note(LoginWorld& world, std::vector<session::Snapshot> sessions) {
    world.over.insert(world.over.end(), sessions.begin(), sessions.end());
    co_return;
  }

  base::Result<http::Response> try_start(const Browser& browser, login::LoginRequest wanted) {
    const auto request = browser.request("/");
    return run_task(service->start(request, external, std::move(wanted), home));
  }
  // Starts a login; the URL at the provider that the browser is sent to.
  std::string start(Browser& browser, const std::string& return_path = "/app?x=1",
                    const std::string& provider_name = "") {
    auto response = try_start(browser, {provider_name, return_path, {}, {}, 0});
    REQUIRE(response);
    browser.receive(*response);
    return std::string(response->headers.get("Location").value_or(""));
  }
  static std::string parameter(const std::string& url, const std::string& name) {
    return http::query_value(url.substr(url.find('?') + 1), name).value_or("");
  }
  login::CallbackOutcome callback(Browser& browser, const std::string& query) {
    const auto request = browser.request(config.callback_endpoint + "?" + query);
    auto outcome = run_task(service->callback(request, external, home));
    for (const auto& cookie : outcome.set_cookies) browser.receive(cookie);
    if (outcome.answer) browser.receive(*outcome.answer);
    return outcome;
  }
  login::CallbackOutcome log_in(Browser& browser, const std::string& return_path = "/app?x=1") {
    const auto url = start(browser, return_path);
    return callback(browser, "code=c-1&state=" + parameter(url, "state"));
  }
  session::Snapshot find(const session::SessionId& id) { return run_task(store.find(id))->value_or(nullptr); }
};

inline std::string location(const login::CallbackOutcome& outcome) {
  if (!outcome.answer) return "error: " + base::describe(outcome.answer.error());
  return std::string(outcome.answer->headers.get("Location").value_or(""));
}

}  // namespace router::test
