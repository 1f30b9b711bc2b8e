// What operators do to a running router, by its management port and by commands (docs/contract/operations.md).
#include <doctest/doctest.h>

#include <sstream>

#include "e2e/sign_on_fixture.h"
#include "support/json_schema.h"

namespace router::test::operators_test {
namespace {

using nlohmann::json;

constexpr const char* kToken = "all-of-it-all-of-it";

// A router with two back-ends, a provider and a management port, and its commands.
struct Operated {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  std::uint16_t management = refusing_port();
  RouterSetup with = setup();
  RouterProcess router{with};

  RouterSetup setup() const {
    auto made = sign_on_setup(provider, orders.origin(), invoices.origin());
    made.descriptor["logout"]["revokeTokens"] = false;
    made.environment["MANAGEMENT_PORT"] = std::to_string(management);
    made.environment["MANAGEMENT_TOKEN"] = kToken;
    made.environment["MANAGEMENT_READ_TOKEN"] = "only-look-only-look";
    made.environment["XS_ROUTER_TOKEN"] = kToken;
    made.environment["SHUTDOWN_TIMEOUT"] = "1";  // what a back-end does not confirm is still tried then
    return made;
  }
  Browser signed_in() const {
    Browser browser(router.port());
    CHECK(browser.open("/orders/start").status() == 200);
    return browser;
  }
  bool is_signed_in(Browser browser) const {
    return browser.get("/orders/still", {{"X-Requested-With", "XMLHttpRequest"}}).status() == 200;
  }
  RawAnswer ask(std::string_view method, std::string_view path, std::string_view body = {}) const {
    const auto said = "Bearer " + std::string(kToken);
    return test::ask(management, make_request(method, path, {{"Authorization", said}}, body));
  }
  json ask_json(std::string_view method, std::string_view path, std::string_view body = {}) const {
    auto answer = json::parse(ask(method, path, body).body, nullptr, false);
    REQUIRE(answer.is_object());
    return answer;
  }
  FailedStart command(std::vector<std::string> arguments) const { return run_to_end(with, std::move(arguments)); }
  json ended(const std::string& id) const {
    json looked;
    CHECK(eventually([&] {
      looked = ask_json("GET", "/api/logouts/" + id);
      return looked["state"] != "running";
    }));
    return looked;
  }
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("operators: one session is listed and ended, and its back-ends hear of it [issue 14]") {
  Operated world;
  const auto first = world.signed_in();
  const auto listed = world.ask_json("GET", "/api/sessions");
  REQUIRE(listed["sessions"].size() == 1);
  const auto second = world.signed_in();
  const auto fingerprint = listed["sessions"][0]["fingerprint"].get<std::string>();
  CHECK(listed["sessions"][0]["holds"]["tokens"].size() >= 2);
  const auto answer = world.ask("DELETE", "/api/sessions/" + fingerprint);
  CHECK(answer.status() == 200);
  CHECK_FALSE(world.is_signed_in(first));
  CHECK(world.is_signed_in(second));
  CHECK(world.orders.waits_for("/sign-out", 1));
  CHECK(world.invoices.waits_for("/sign-out", 1));
  const auto id = json::parse(answer.body)["logout_id"].get<std::string>();
  const auto receipt = world.ask_json("GET", "/api/logouts/" + id);
  CHECK(receipt["cause"] == "admin");
  CHECK(receipt["sessions"] == json::array({fingerprint}));
  CHECK(world.ask("DELETE", "/api/sessions/" + fingerprint).status() == 404);
  CHECK(world.router.logs(R"("event":"management.change","audit":true,"who":"MANAGEMENT_TOKEN")"));
}

TEST_CASE("operators: all lines of one user have one fingerprint, and those of requests no name [issue 14]") {
  Operated world;
  const auto first = world.signed_in();
  const auto second = world.signed_in();
  const auto listed = world.ask_json("GET", "/api/sessions")["sessions"];
  REQUIRE(listed.size() == 2);
  const auto user = listed[0]["user"].get<std::string>();
  const auto fingerprint = listed[0]["user_fingerprint"].get<std::string>();
  CHECK(fingerprint.size() == 12);
  CHECK(listed[1]["user_fingerprint"] == fingerprint);
  CHECK(listed[0]["unused_seconds"].get<int>() <= 5);
  const auto said = "\"user_fingerprint\":\"" + fingerprint + "\"";
  CHECK(world.router.logs("\"user\":\"" + user + "\"," + said));  // login.done
  CHECK(world.router.logs(said + R"(,"method":"GET","path":"/orders/start")"));
  CHECK(contains(world.command({"sessions", "--user", user}).output, fingerprint));
  world.ask("DELETE", "/api/sessions/" + listed[0]["fingerprint"].get<std::string>());
  CHECK(world.router.logs("\"user\":\"" + user + "\"," + said + ",\"sessions\""));  // logout.complete
}

TEST_CASE("operators: all sessions end, after a try that ends none [issue 14]") {
  Operated world;
  const std::vector<Browser> browsers{world.signed_in(), world.signed_in(), world.signed_in()};
  const auto tried = world.ask("POST", "/api/sessions/end", R"({"all":true,"dry_run":true})");
  CHECK(tried.status() == 200);
  CHECK(json::parse(tried.body)["matching"] == 3);
  for (const auto& browser : browsers) CHECK(world.is_signed_in(browser));
  const auto begun = world.ask("POST", "/api/sessions/end", R"({"all":true})");
  CHECK(begun.status() == 202);
  const auto over = world.ended(json::parse(begun.body)["id"]);
  CHECK(over["state"] == "done");
  CHECK(over["ended"] == 3);
  for (const auto& browser : browsers) CHECK_FALSE(world.is_signed_in(browser));
  CHECK(world.orders.waits_for("/sign-out", 3));
}

TEST_CASE("operators: every operation of the description answers as it says, living [issue 14]") {
  Operated world;
  const auto browser = world.signed_in();
  world.orders.on("/sign-out", [](Conversation& conversation) { conversation.send_response(503, "later"); });
  const auto fingerprint = world.ask_json("GET", "/api/sessions")["sessions"][0]["fingerprint"].get<std::string>();
  const auto logout_id = world.ask_json("DELETE", "/api/sessions/" + fingerprint)["logout_id"].get<std::string>();
  world.signed_in();
  const auto openapi = world.ask_json("GET", "/openapi.json");
  const std::map<std::string, std::vector<std::string>> bodies{
      {"/api/sessions/end", {R"({"user":"nobody"})", R"({"all":true,"dry_run":true})", "{}"}},
      {"/api/outbox/retry", {R"({"all":true})", R"({"id":"unknown"})", "5"}},
      {"/api/explain", {R"({"url":"/orders/x"})", "[]"}},
      {"/api/log-level", {R"({"level":"info","event":"nothing","minutes":1})", R"({"level":"loud"})"}}};
  for (const auto& [path, methods] : openapi["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      if (path == "/api/events") continue;  // below
      const auto found = bodies.find(path);
      for (const auto& body : found == bodies.end() ? std::vector<std::string>{""} : found->second) {
        for (const auto& name : {logout_id, logout_id + ".1", std::string("unknown")}) {
          auto target = path;
          if (const auto at = target.find("{id}"); at != std::string::npos) target.replace(at, 4, name);
          std::string verb = method;
          for (auto& c : verb) c = static_cast<char>(std::toupper(c));
          const auto answer = world.ask(verb, target, verb == "GET" ? "" : body);
          CHECK(answer_fault(openapi, path, method, answer.status(), std::string(answer.field("Content-Type")),
                             answer.body) == "");
        }
      }
    }
  }
}

TEST_CASE("operators: the overview comes live, a line a second, to as many as may look [issue 14]") {
  Operated world;
  world.signed_in();
  const auto overview = world.ask_json("GET", "/api/overview");
  CHECK(overview["requests"]["total"].get<int>() >= 2);
  CHECK(overview["sessions"]["users"] == 1);
  const auto said = "Bearer " + std::string(kToken);
  const auto request = make_request("GET", "/api/events", {{"Authorization", said}});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<RawClient>(world.management));
    clients.back()->send(request);
    CHECK(eventually([&] { return contains(clients.back()->received() + clients.back()->read_piece(), "data: {"); }));
  }
  CHECK(eventually([&] {
    clients.front()->read_piece();
    return contains(clients.front()->received().substr(clients.front()->received().find("data: ") + 1), "data: {");
  }));
  CHECK(contains(clients.front()->received(), "text/event-stream"));
  const auto refused = test::ask(world.management, request);
  CHECK(refused.status() == 503);
  CHECK(refused.field("Retry-After") != "");
  // nobody who looks holds up its end
  CHECK(world.router.stop() == 0);
}

TEST_CASE("operators: routes are listed with their hits [issue 14]") {
  Operated world;
  world.orders.on("/public/missing", [](Conversation& conversation) { conversation.send_response(404, "no"); });
  for (int i = 0; i < 3; ++i) CHECK(test::ask(world.router.port(), make_request("GET", "/public/x")).status() == 200);
  test::ask(world.router.port(), make_request("GET", "/public/missing"));
  const auto routes = world.ask_json("GET", "/api/routes")["routes"];
  const auto found =
      std::find_if(routes.begin(), routes.end(), [](const auto& one) { return one["source"] == "^/public/(.*)$"; });
  REQUIRE(found != routes.end());
  CHECK((*found)["hits"] == 4);
  CHECK((*found)["client_errors"] == 1);
  CHECK((*found)["authenticationType"] == "none");
  CHECK((*found)["p99_ms"].is_number());
}

TEST_CASE(
    "operators: what a back-end has not confirmed is in the outbox, and is not forgotten while it is tried [issue "
    "14]") {
  Operated world;
  world.orders.on("/sign-out", [](Conversation& conversation) { conversation.send_response(503, "later"); });
  world.signed_in();
  CHECK(world.command({"end", "--all", "--yes"}).exit_code == 0);
  CHECK(world.orders.waits_for("/sign-out", 1));
  const auto outbox = world.ask_json("GET", "/api/outbox?state=pending&back_end=orders");
  REQUIRE(outbox["calls"].size() == 1);
  const auto id = outbox["calls"][0]["id"].get<std::string>();
  CHECK(world.ask("DELETE", "/api/outbox/" + id).status() == 409);
  CHECK(world.command({"outbox", "drop", id}).exit_code == 1);
  CHECK(contains(world.command({"outbox", "list"}).output, id));
  CHECK(contains(world.command({"outbox", "retry", "--all"}).output, "0 calls"));
  CHECK(world.command({"outbox", "retry"}).exit_code != 0);
}

TEST_CASE("operators: commands list and end sessions, ask first, and say by their exit code how it went [issue 14]") {
  Operated world;
  const auto browser = world.signed_in();
  const auto listed = world.command({"sessions", "--json"});
  CHECK(listed.exit_code == 0);
  const auto sessions = json::parse(listed.output);
  REQUIRE(sessions.size() == 1);
  const auto fingerprint = sessions[0]["fingerprint"].get<std::string>();
  CHECK(contains(world.command({"sessions"}).output, fingerprint));
  // nobody answers the question
  const auto unasked = world.command({"end", "--all"});
  CHECK(unasked.exit_code == 1);
  CHECK(contains(unasked.output, "End 1 sessions of everybody? [y/N]"));
  CHECK(world.is_signed_in(browser));
  CHECK(world.command({"end", "--session", "0123456789ab", "--yes"}).exit_code == 1);
  CHECK(world.command({"end", "--session", fingerprint, "--yes"}).exit_code == 0);
  CHECK_FALSE(world.is_signed_in(browser));
  CHECK(contains(world.command({"end", "--user", "nobody", "--yes"}).output, "0 sessions ended"));
  CHECK(world.command({"end", "--yes"}).exit_code != 0);
  CHECK(world.command({"end", "--all", "--user", "ada", "--yes"}).exit_code != 0);
  CHECK(contains(world.command({"logouts"}).output, "admin"));
  CHECK(world.command({"logouts", "unknown"}).exit_code == 1);
}

TEST_CASE("operators: commands reload, look at the log level and at what goes on [issue 14]") {
  Operated world;
  CHECK(contains(world.command({"reload"}).output, "reloaded"));
  CHECK(
      contains(world.command({"log-level", "debug", "--event", "request", "--minutes", "1"}).output, "request: debug"));
  CHECK(contains(world.command({"log-level"}).output, "info"));
  CHECK(world.command({"log-level", "loud"}).exit_code == 1);
  const auto top = world.command({"top"});
  CHECK(top.exit_code == 0);
  CHECK(contains(top.output, "sessions     0 of users"));
  CHECK(json::parse(world.command({"top", "--json", "--count", "1"}).output).contains("requests"));
  auto reader = world.with;
  reader.environment["XS_ROUTER_TOKEN"] = "only-look-only-look";
  CHECK(run_to_end(reader, {"sessions"}).exit_code == 0);
  CHECK(run_to_end(reader, {"reload"}).exit_code == 1);
  reader.environment["XS_ROUTER_TOKEN"] = "wrong";
  CHECK(run_to_end(reader, {"top"}).exit_code == 1);
  world.router.folder().write("xs-app.json", R"({"routes": 5})");
  CHECK(world.command({"reload"}).exit_code == 1);
  const auto away = "http://127.0.0.1:" + std::to_string(refusing_port());
  for (const auto* command : {"sessions", "reload", "log-level", "top"}) {
    CAPTURE(command);
    CHECK(world.command({command, "--url", away}).exit_code == 2);
  }
}

TEST_CASE("operators: commands end with an exit code of theirs, whatever a port answers [issue 14]") {
  RecordingBackend odd;
  const std::vector<std::vector<std::string>> commands{{"sessions"},
                                                       {"sessions", "--json"},
                                                       {"end", "--all"},
                                                       {"end", "--session", "0123456789ab", "--yes"},
                                                       {"logouts"},
                                                       {"logouts", "l-1"},
                                                       {"receipts", "show", "l-1", "--jws"},
                                                       {"outbox", "list", "--json"},
                                                       {"outbox", "retry", "--all"},
                                                       {"outbox", "drop", "l-1.1"},
                                                       {"reload"},
                                                       {"log-level"}};
  const std::vector<std::string> answers{
      "no JSON", "[]", R"({"sessions":[5,{"holds":{"tokens":[7,{}],"cookies":[]},"user":[]}],"next_cursor":{}})",
      R"({"logouts":[5,{"at":"x","outcomes":{"a":"b"},"user":7}],"calls":[null],"back_ends":{},"backEnds":[[],{"status":"x"}]})",
      R"({"more":"yes","matching":{},"state":7,"ended":[],"level":5,"events":[],"check":{"issues":[4]},"needs_restart":[5]})"};
  for (const auto& answer : answers) {
    odd.otherwise([&](Conversation& conversation) { conversation.send_response(200, answer); });
    for (auto command : commands) {
      CAPTURE(answer);
      CAPTURE(command.back());
      command.insert(command.end(), {"--url", odd.origin()});
      const auto code = run_to_end(RouterSetup{}, command).exit_code;
      CHECK(code >= 0);
      CHECK(code <= 2);
    }
  }
}

TEST_CASE("operators: init writes a directory that starts, and nothing over what is there [issue 14]") {
  TemporaryFolder folder;
  const auto directory = folder / "new";
  const auto written = run_to_end(RouterSetup{}, {"init", directory});
  CAPTURE(written.output);
  CHECK(written.exit_code == 0);
  const auto checked = run_to_end(RouterSetup{}, {"check", "-w", directory});
  CHECK(checked.exit_code == 0);
  CHECK(checked.output == "");
  CHECK(contains(run_to_end(RouterSetup{}, {"explain", "-w", directory, "GET", "/index.html"}).output, "web"));
  const auto again = run_to_end(RouterSetup{}, {"init", directory});
  CHECK(again.exit_code == 1);
  CHECK(contains(again.output, "xs-app.json is there already"));
}

TEST_CASE("operators: the version comes with the commit and what it was built with [issue 14]") {
  const auto version = run_to_end(RouterSetup{}, {"--version"});
  CHECK(version.exit_code == 0);
  for (const auto* part : {"commit ", "Boost 1.", "OpenSSL 3", "SQLite 3", "c-ares 1"}) {
    CAPTURE(part);
    CHECK(contains(version.output, part));
  }
}

TEST_CASE("operators: logins, logouts, their confirmation and what they end are counted [issue 14]") {
  Operated world;
  const auto metric = [&](const std::string& series) {
    const auto text = world.ask("GET", "/metrics").body;
    const auto at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + series.size() + 2));
  };
  auto browser = world.signed_in();
  const auto text = world.ask("GET", "/metrics").body;
  CHECK(contains(text, "xsrouter_logins_total{provider="));
  CHECK(contains(text, R"(result="done"} 1)"));
  CHECK(contains(text, "xsrouter_jwks_fetches_total{provider="));
  CHECK(browser.navigate("/my/logout").status() == 302);
  CHECK(eventually([&] { return metric(R"(xsrouter_logouts_total{cause="browser",outcome="confirmed"})") == 1; }));
  CHECK(metric(R"(xsrouter_logout_confirmation_seconds_count{cause="browser"})") == 1);
  CHECK(metric(R"(xsrouter_logout_back_end_waiting{destination="orders"})") == 0);
  CHECK(eventually([&] { return metric(R"(xsrouter_loop_lag_seconds_count{loop="background"})") > 0; }));
  CHECK(metric(R"(xsrouter_loop_lag_seconds_count{loop="0"})") > 0);
  CHECK(metric("xsrouter_exceptions_total") == 0);
}

}  // namespace router::test::operators_test
