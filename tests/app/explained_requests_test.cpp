// What `xs-router explain` says about a request is what the running pipeline does with it: every stage, for nobody,
// for a user who may nothing, and for one who may all and brings the CSRF token.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/explain.h"
#include "app/wiring.h"
#include "base/log.h"
#include "http/websocket_handshake.h"
#include "net/turned_loop.h"
#include "pipeline/pipeline.h"
#include "support/fake_exchange.h"
#include "support/scripted_connection.h"
#include "support/sessions.h"
#include "support/temporary_folder.h"

namespace router::app::explained_requests_test {

using Json = nlohmann::ordered_json;
using std::string;

namespace {

enum class Visitor { nobody, guest, user };

// A method and a URL at https://app.example, headers.
struct Asked {
  string method;
  string url;
  std::vector<string> headers = {};
};

// The number that a text begins with; 0: none.
int number_at(std::string_view text) {
  const bool is_one =
      text.size() >= 3 && std::all_of(text.begin(), text.begin() + 3, [](char c) { return c >= '0' && c <= '9'; });
  return is_one ? std::stoi(string(text.substr(0, 3))) : 0;
}

string text_of(const Json& facts, const char* topic) { return facts.is_object() ? facts.value(topic, "") : ""; }

// What the explanation promises this visitor; 0: nothing.
int promised(const Json& told, Visitor visitor) {
  const string answer = told.at("answer");
  const Json route = told.value("route", Json());
  const bool is_user = visitor == Visitor::user;
  if (const auto met = text_of(route, "withoutSession"); visitor == Visitor::nobody && !met.empty()) {
    return met.starts_with("login") ? 302 : number_at(met);
  }
  if (text_of(route, "csrf").starts_with("x-csrf-token needed") && !is_user) return 403;
  if (text_of(route, "scopes").starts_with("one of") && !is_user) return 403;
  if (answer.starts_with("pluginMetadataEndpoint") || answer.starts_with("whitelistService")) return 200;
  if (answer.ends_with("401 without one") && answer.starts_with("200") && visitor == Visitor::nobody) return 401;
  if (const auto refused = answer.find(", but "); refused != string::npos) return number_at(answer.substr(refused + 6));
  if (const auto logout = told.value("logout", Json()); !logout.is_null()) {
    return number_at(text_of(logout, "thisRequest").empty() ? text_of(logout, "reply")
                                                            : text_of(logout, "thisRequest"));
  }
  if (const int status = number_at(answer); status != 0) return status;
  return told.contains("route") ? 200 : 0;
}

class Site : test::TurnedLoop {
 public:
  Site(std::string_view descriptor, std::string_view environment) {
    folder_.write("xs-app.json", descriptor);
    folder_.write("default-env.json", environment);
    folder_.write("web/index.html", "<p>welcome");
    folder_.write("web/bye.html", "<p>bye");
    auto loaded = config::load({.directory = folder_.path().string()});
    CHECK_MESSAGE(loaded.configuration, to_text(loaded.issues));
    REQUIRE(loaded.configuration);
    config_ = loaded.configuration;
    base::configure_log(base::LogLevel::off, base::LogFormat::text);
    auto state = State::open(config::Environment());
    REQUIRE(state);
    parts_ = std::make_unique<Parts>(*config_, std::move(*state), loop);
    graph_ = make_graph(config_, *parts_, parts_->bind(*config_));
  }
  ~Site() { settle(); }

  Json explain(const Asked& asked) const {
    std::ostringstream out, faults;
    CHECK(app::explain({.directory = folder_.path().string()}, {asked.method, asked.url, asked.headers}, true, out,
                       faults) == 0);
    CHECK(faults.str() == "");
    return Json::parse(out.str());
  }

  int answer(const Asked& asked, Visitor visitor) {
    const auto url = http::parse_url(asked.url);
    const string host = url ? url->authority() : "app.example";
    test::FakeExchange exchange(asked.method, asked.url);
    exchange.use_loop(loop);
    exchange.set_endpoints(
        {"127.0.0.1", 5000, url ? url->secure() : config_->environment.secure_session_cookie.value_or(false)});
    auto& request = exchange.edit_request();
    for (const auto& header : asked.headers) {
      const auto [name, value] = base::cut(header, ':');
      request.headers.add(name, base::trim(*value));
    }
    if (!request.headers.contains("Host")) request.headers.add("Host", host);
    request.is_upgrade = http::asks_for_websocket(request);
    string cookie;
    if (visitor != Visitor::nobody) {
      cookie = graph_->session_cookie.names().session() + "=" + open_session(visitor);
      request.headers.add("Cookie", cookie);
    }
    if (visitor == Visitor::user && !request.headers.contains("x-csrf-token")) {
      request.headers.add("x-csrf-token", "csrf-of-alice");
    }
    test::ScriptedPool pool({{.pieces = {{"hello"}}}});
    pipeline::Pipeline pipeline(graph_, pool);
    bool done = false;
    base::start_detached(handle(pipeline, exchange, done));
    CHECK(until([&] { return done; }));
    return exchange.status();
  }

 private:
  static base::Task<void> handle(pipeline::Pipeline& pipeline, net::Exchange& exchange, bool& done) {
    auto handling = pipeline.handle(exchange);
    co_await handling;
    done = true;
  }
  static base::Task<void> create(session::Store& store, session::Session session, bool& done) {
    const auto created = co_await store.create(std::move(session));
    CHECK(created);
    done = true;
  }
  string open_session(Visitor visitor) {
    auto session = test::make_session();
    session.provider = "xsuaa-of-app";
    session.tokens.access_token = base::Secret(string("token"));
    session.tokens.obtained = session.created = parts_->clock.wall();
    session.tokens.access_expires = session.created + base::minutes(60);
    session.idle_timeout = base::minutes(15);
    if (visitor == Visitor::user) session.scopes = {"read", "write"};
    const string id(session.id.reveal());
    bool done = false;
    base::start_detached(create(parts_->sessions, std::move(session), done));
    CHECK(until([&] { return done; }));
    return id;
  }

  test::TemporaryFolder folder_;
  std::shared_ptr<const config::Configuration> config_;
  std::unique_ptr<Parts> parts_;
  std::shared_ptr<const pipeline::Graph> graph_;
};

// Each is met as it was explained, whoever asks.
void check_all(Site& site, const std::vector<Asked>& requests) {
  for (const auto& asked : requests) {
    const auto told = site.explain(asked);
    for (const auto visitor : {Visitor::nobody, Visitor::guest, Visitor::user}) {
      CAPTURE(asked.method);
      CAPTURE(asked.url);
      CAPTURE(told.dump());
      CAPTURE(static_cast<int>(visitor));
      const int status = promised(told, visitor);
      CHECK(status != 0);
      CHECK(site.answer(asked, visitor) == status);
    }
  }
}

constexpr const char* kBindings = R"(
  "VCAP_SERVICES": {"xsuaa": [{"name": "xsuaa-of-app", "label": "xsuaa", "tags": ["xsuaa"], "credentials": {
    "url": "https://acme.authentication.example", "clientid": "c", "clientsecret": "s", "xsappname": "app",
    "uaadomain": "authentication.example", "identityzone": "acme"}}]},
  "destinations": [{"name": "api", "url": "http://api.example/base", "forwardAuthToken": true}])";

string environment(std::string_view more = "") {
  return "{\"PRESERVE_FRAGMENT\": false, \"ALLOWED_HOSTS\": \"app.example\", " + string(more) + kBindings + "}";
}

const string kHtml = "Accept: text/html";
const string kUpgrade = "Upgrade: websocket";

}  // namespace

TEST_CASE("explain: what it says of any request is what every stage does with it [H3]") {
  Site site(R"({
    "welcomeFile": "/index.html", "pluginMetadataEndpoint": "/metadata", "whitelistService": {"endpoint": "/open/list"},
    "logout": {"logoutEndpoint": "/my/logout", "logoutPage": "/bye.html"},
    "cors": [{"uriPattern": "^/open/(.*)$", "allowedOrigin": [{"host": "friend.example"}], "allowedMethods": ["GET"]}],
    "routes": [
      {"source": "^/(index|bye)\\.html$", "localDir": "web"},
      {"source": "^/api/(.*)$", "target": "/v1/$1", "destination": "api", "scope": {"GET": "read", "POST": ["write", "admin"]}},
      {"source": "^/free/(.*)$", "destination": "api", "csrfProtection": false},
      {"source": "^/plain/(.*)$", "destination": "api", "httpMethods": ["GET", "POST"]},
      {"source": "^/open/(.*)$", "destination": "api", "authenticationType": "none"},
      {"source": "^/basic/(.*)$", "destination": "api", "authenticationType": "basic"},
      {"source": "^/any/(.*)$", "destination": "api", "identityProvider": "one", "dynamicIdentityProvider": true},
      {"source": "^/dest/([^/]+)/(.*)$", "target": "/$2", "destination": "$1", "authenticationType": "none"},
      {"source": "^/joined/(.*)-(.*)$", "target": "/$1$2", "destination": "api", "authenticationType": "none"}
    ]})",
            environment());
  const string friendly = "Origin: https://friend.example", foe = "Origin: https://foe.example";
  check_all(site, {
                      // sanitize, own endpoints
                      {"GET", "https://other.example/open/x"},
                      {"GET", "https://APP.example:8443/open/x"},
                      {"TRACE", "/open/x"},
                      {"GET", "https://app.example/open/x", {"Host: other.example"}},
                      {"OPTIONS", "*"},
                      {"OPTIONS", "/open/x", {"Max-Forwards: 0"}},
                      {"OPTIONS", "/open/x", {"Max-Forwards: 1"}},
                      {"GET", "/open/x", {"Max-Forwards: 0"}},
                      // cors
                      {"GET", "/open/x", {foe}},
                      {"GET", "/open/x", {friendly}},
                      {"POST", "/open/x", {friendly}},
                      {"OPTIONS", "/open/x", {friendly, "Access-Control-Request-Method: GET"}},
                      {"OPTIONS", "/open/x", {friendly, "Access-Control-Request-Method: PUT"}},
                      // the router's own
                      {"GET", "/xs-router/session.js"},
                      {"HEAD", "/xs-router/session.js"},
                      {"POST", "/xs-router/session.js"},
                      {"GET", "/xs-router/session"},
                      {"HEAD", "/xs-router/session"},
                      {"GET", "/xs-router/session/touch"},
                      {"POST", "/xs-router/session/touch"},
                      {"GET", "/xs-router/session/other"},
                      {"DELETE", "/xs-router/session/events"},
                      {"GET", "/xs-router/signed-out"},
                      {"POST", "/xs-router/signed-out"},
                      {"DELETE", "/my/logout"},
                      {"GET", "/my/logout", {"Sec-Purpose: prefetch"}},
                      {"GET", "/"},
                      {"POST", "/?a=1"},
                      {"GET", "/", {"x-csrf-token: fetch"}},
                      {"GET", "/metadata", {kHtml}},
                      {"POST", "/metadata"},
                      {"GET", "/open/list"},
                      {"PUT", "/open/list"},
                      // routes and who may
                      {"GET", "/nowhere"},
                      {"PUT", "/plain/x"},
                      {"POST", "/index.html"},
                      {"GET", "/index.html", {kHtml}},
                      {"GET", "/bye.html"},
                      {"GET", "/api/x", {kHtml}},
                      {"GET", "/api/x"},
                      {"GET", "/api/x", {"X-Requested-With: XMLHttpRequest"}},
                      {"POST", "/api/x"},
                      {"PUT", "/api/x"},
                      {"DELETE", "/api/x"},
                      {"HEAD", "/api/x"},
                      {"GET", "/api/x", {"x-csrf-token: fetch"}},
                      {"POST", "/free/x"},
                      {"POST", "/plain/x"},
                      {"OPTIONS", "/plain/x"},
                      {"GET", "/any/x?sap_idp=two", {kHtml}},
                      {"GET", "/any/x?sap_idp=%01", {kHtml}},
                      {"GET", "/free/x", {"x-approuter-authorization: a", "x-approuter-authorization: b"}},
                      {"GET", "/open/x", {"Connection: Upgrade", kUpgrade}},
                      // where it leads
                      {"GET", "/dest/api/x"},
                      {"GET", "/dest/other/x"},
                      {"POST", "/dest/other/x"},
                      {"GET", "/joined/.-."},
                      {"GET", "/joined/a-b"},
                  });
  const auto told = site.explain({"GET", "/basic/x"});
  CHECK(promised(told, Visitor::nobody) == 401);
  CHECK(site.answer({"GET", "/basic/x"}, Visitor::nobody) == 401);
}

TEST_CASE("explain: over https only, so it says, and so it is [H3]") {
  Site site(R"({"routes": [{"source": "^/(.*)$", "destination": "api", "authenticationType": "none"}]})",
            environment("\"SECURE_SESSION_COOKIE\": true,"));
  check_all(site, {{"GET", "http://app.example/x"},
                   {"GET", "https://app.example/x"},
                   {"GET", "/x"},
                   {"OPTIONS", "http://app.example/x", {"Max-Forwards: 0"}}});
  CHECK(site.explain({"GET", "http://app.example/x"})["answer"] == "403: This application is served over https only.");
}

TEST_CASE("explain: scopes where nobody logs in are closed to all, and so they are met [H3]") {
  Site site(R"({"authenticationMethod": "none", "routes": [
      {"source": "^/scoped/(.*)$", "destination": "api", "scope": {"GET": "read"}},
      {"source": "^/public/(.*)$", "destination": "api", "scope": "read", "authenticationType": "none"},
      {"source": "^/(.*)$", "destination": "api"}]})",
            environment());
  check_all(site, {{"GET", "/scoped/x"},
                   {"POST", "/scoped/x"},
                   {"PUT", "/scoped/x"},
                   {"GET", "/public/x"},
                   {"POST", "/x"},
                   {"GET", "/x", {kHtml}}});
  CHECK(site.explain({"GET", "/scoped/x"})["answer"] == "route 0, but 403: nobody has a scope without a login");
}

TEST_CASE("explain: WebSockets are let in as it says [H3]") {
  Site site(R"({"websockets": {"enabled": true}, "routes": [
      {"source": "^/open/(.*)$", "destination": "api", "authenticationType": "none"}, {"source": "^/(.*)$", "destination": "api"}]})",
            environment());
  const std::vector<string> good = {"Connection: Upgrade", kUpgrade, "Origin: http://app.example",
                                    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="};
  auto from_elsewhere = good, without_key = good;
  from_elsewhere[2] = "Origin: https://foe.example";
  without_key.pop_back();
  check_all(site, {{"GET", "/open/x", good},
                   {"GET", "/open/x", from_elsewhere},
                   {"GET", "/open/x", without_key},
                   {"GET", "https://app.example/open/x", good},
                   {"GET", "/x", good},
                   {"GET", "/x", from_elsewhere},
                   {"POST", "/open/x", from_elsewhere}});
}

TEST_CASE("explain: where no identity provider is bound it says 503, and so it is [H3]") {
  Site site(R"({"routes": [{"source": "^/open/(.*)$", "destination": "api", "authenticationType": "none"},
                           {"source": "^/(.*)$", "destination": "api"}]})",
            R"({"ALLOWED_HOSTS": "app.example", "destinations": [{"name": "api", "url": "http://api.example/base"}]})");
  check_all(site, {{"GET", "/open/x"}, {"GET", "/x"}, {"POST", "/x"}});
}

}  // namespace router::app::explained_requests_test
