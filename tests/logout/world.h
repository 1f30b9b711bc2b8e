// A router reduced to its logout: real store, fan-out and service; fake clock, loop, back-ends and provider.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/query.h"
#include "logout/back_ends.h"
#include "logout/fake_provider.h"
#include "logout/memory_outbox.h"
#include "logout/service.h"
#include "session/memory_store.h"
#include "support/counts.h"
#include "support/run_task.h"

namespace router::test {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

inline config::Destination make_destination(std::string name, std::string logout_path = "/logout") {
  config::Destination destination;
  destination.name = name;
  destination.url = *http::parse_url("http://" + name + ".example");
  destination.logout_path = std::move(logout_path);
  return destination;
}

inline config::IdentityProvider make_provider_config(config::ProviderKind kind) {
  config::IdentityProvider provider;
  provider.kind = kind;
  provider.name = "idp";
  provider.client_id = "client";
  provider.url = "https://idp.example";
  if (kind != config::ProviderKind::xsuaa) provider.issuer = "https://idp.example";
  return provider;
}

struct Request {
  explicit Request(std::string method_name, std::string_view url, const HeaderList& fields = {})
      : method(std::move(method_name)) {
    request.method = method;
    auto target = http::parse_target("GET", url);
    if (target) request.target = std::move(*target);
    for (const auto& [name, value] : fields) request.headers.add(name, value);
  }
  std::string method;
  http::Request request;
};

class World {
 public:
  World() {
    config.logout.endpoint = "/my/logout";
    config.logout.page = "/logoff.html";
    external.scheme = "https";
    external.authority = "app.example";
    external.client_address = "203.0.113.7";
    external.peer_address = "203.0.113.7";
  }
  ~World() {
    // Coroutines that hang belong to nobody: let them end.
    client.stop_hanging();
    loop.advance(base::seconds(31));
  }

  void bind(config::ProviderKind kind) { config.providers = {make_provider_config(kind)}; }

  logout::Service& service() {
    if (service_) return *service_;
    std::vector<std::unique_ptr<identity::Provider>> bound;
    for (const auto& binding : config.providers) {
      auto made = std::make_unique<FakeProvider>(binding);
      provider = made.get();
      bound.push_back(std::move(made));
    }
    providers = std::make_shared<identity::Providers>(std::move(bound));
    fan_out_ = std::make_unique<logout::FanOut>(client, loop, clock, outbox, receipts, options, [] { return 0.5; });
    logout::CookieDeletion delete_cookies = [](const http::External&, const http::Request&) {
      return std::vector<std::string>{"JSESSIONID=; Path=/; HttpOnly; Max-Age=0"};
    };
    auto parts = parts_with(store);
    parts.delete_cookies = std::move(delete_cookies);
    if (make_parts) make_parts(parts);
    service_ = std::make_unique<logout::Service>(std::move(parts));
    fan_out_->use_targets([service = service_.get()](const std::string& name, const std::string& tenant) {
      return service->find_target(name, tenant);
    });
    return *service_;
  }
  // After service(): the parts of one with another store.
  logout::Parts parts_with(session::Store& sessions) {
    auto shared = std::make_shared<const config::Configuration>(config);
    auto routes = std::make_shared<const backend::RouteSet>(shared);
    return {std::move(shared), providers, sessions, live, *fan_out_, receipts, states, ongoing, loop, clock,
            std::move(routes), {},        {}};
  }
  // A new configuration; what outlives it stays.
  void reload() {
    service_.reset();
    fan_out_.reset();
    service();
  }
  logout::FanOut& fan_out() {
    service();
    return *fan_out_;
  }

  session::Session make_session(std::string user = "ada") {
    session::Session session;
    session.id = session::SessionId::random();
    session.provider = config.providers.empty() ? "" : "idp";
    session.issuer = "https://idp.example";
    session.subject = user;
    session.user_name = user;
    session.idp_session_id = "sid-" + user;
    session.tokens.access_token = base::Secret("access-" + user);
    session.tokens.refresh_token = base::Secret("refresh-" + user);
    session.tokens.id_token = base::Secret("id-" + user);
    session.csrf_token = base::Secret(std::string("csrf-token"));
    session.login_started = session.created = clock.wall();
    return session;
  }
  session::Snapshot log_in(session::Session session) {
    const session::SessionId id = session.id;
    const auto created = run_task(store.create(std::move(session)), &loop);
    if (!created) throw std::logic_error("no session");
    return find(id);
  }
  session::Snapshot log_in(std::string user = "ada") { return log_in(make_session(std::move(user))); }
  // Null: it is over.
  session::Snapshot find(session::SessionId id) {
    const auto found = run_task(store.find(std::move(id)), &loop);
    return found && *found ? **found : nullptr;
  }

  std::optional<http::Response> send(const Request& request, session::Snapshot session = nullptr,
                                     std::string body = {}) {
    auto answered = run_task(service().handle(request.request, external, session, std::move(body), loop), &loop);
    if (!answered) {
      last_error = answered.error();
      return std::nullopt;
    }
    return std::move(*answered);
  }
  std::optional<http::Response> get(std::string_view url, session::Snapshot session = nullptr,
                                    const HeaderList& fields = {}) {
    const Request request("GET", url, fields);
    return send(request, std::move(session));
  }

  // The provider sends the browser back to the page, with the state that the logout's answer gave it.
  void come_back(const std::optional<http::Response>& answer) {
    const auto location = http::parse_url(answer ? answer->headers.get("Location").value_or("") : "");
    const auto state = location && location->query ? http::query_value(*location->query, "state") : std::nullopt;
    if (!state) throw std::logic_error("the logout led to no provider");
    const auto landed = get(config.logout.page + "?" + http::query_pair("state", *state));
    if (!landed || landed->status != 302) throw std::logic_error("the state is not taken");
  }

  FakeClock clock;
  FakeLoop loop{clock};
  BackEnds client{loop};
  session::MemoryStore store{clock};
  session::LiveConnections live;
  logout::MemoryOutbox outbox;
  logout::Receipts receipts{clock};
  logout::ReturnStates states{base::Secret(std::string("a secret of the tests")), clock, store.shared()};
  logout::Ongoing ongoing{loop, receipts, outbox};
  logout::FanOutOptions options;
  config::Configuration config;
  http::External external;
  std::shared_ptr<identity::Providers> providers;
  FakeProvider* provider = nullptr;
  std::optional<base::Error> last_error;
  std::function<void(logout::Parts&)> make_parts = {};  // what else the service is given

 private:
  std::unique_ptr<logout::FanOut> fan_out_;
  std::unique_ptr<logout::Service> service_;
};

inline std::string header(const std::optional<http::Response>& response, std::string_view name) {
  return response ? std::string(response->headers.get(name).value_or("")) : "";
}

// For a Cookie field: ids that no session has.
inline std::string junk_ids(std::size_t count, const std::string& name = "JSESSIONID") {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += name + "=" + std::string(session::SessionId::random().reveal()) + "; ";
  return text;
}

inline void add_back_ends(World& world, const std::vector<std::string>& names) {
  for (const auto& name : names) world.config.destinations[name] = make_destination(name);
}

}  // namespace router::test
