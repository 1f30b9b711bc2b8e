// Start, refusal to start, reload, stop, and running out of descriptors (docs/contract/operations.md "Signals";
// docs/contract/reliability.md P1, P2, P4, D1, L1).
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "e2e/browser.h"
#include "e2e/proxy_fixture.h"
#include "support/stub_provider.h"

namespace router::test::lifecycle_test {
namespace {

constexpr milliseconds kReloadTime{5'000};

nlohmann::json public_route(const std::string& source, const std::string& destination) {
  return {{"source", source}, {"destination", destination}, {"authenticationType", "none"}};
}

// Asks again and again, half of it on kept-alive connections, until `stop`; counts what went wrong.
struct Load {
  explicit Load(std::uint16_t port) {
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([this, port, i] { i % 2 == 0 ? keep_asking(port) : ask_anew(port); });
  }
  ~Load() { finish(); }

  void finish() {
    stop = true;
    for (auto& thread : threads) {
      if (thread.joinable()) thread.join();
    }
  }

  void count(bool good) { ++(good ? succeeded : failed); }

  void ask_anew(std::uint16_t port) {
    while (!stop) {
      try {
        count(ask(port, make_request("GET", "/app/new", {{"Connection", "close"}})).status() == 200);
      } catch (const std::runtime_error&) {
        count(false);
      }
    }
  }

  void keep_asking(std::uint16_t port) {
    std::optional<RawClient> client;
    while (!stop) {
      const bool fresh = !client;
      if (fresh) client.emplace(port);
      client->send(make_request("GET", "/app/kept"));
      const auto answer = client->read();
      const bool closed_while_idle = answer.status() == 0 && !fresh;  // any client takes another connection then
      if (!closed_while_idle) count(answer.status() == 200);
      if (answer.status() == 0 || answer.field("Connection") == "close") client.reset();
    }
  }

  std::atomic<bool> stop{false};
  std::atomic<int> succeeded{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
};

}  // namespace

TEST_CASE("stop: an idle router ends at once with 0") {
  ProxyFixture fixture;
  RawClient idle(fixture.router.port());
  idle.send(make_request("GET", "/app/x"));
  CHECK(idle.read().status() == 200);
  CHECK(fixture.router.stop(milliseconds(5'000)) == 0);
  CHECK(idle.ends());
}

TEST_CASE("stop: who stops it as soon as it says that it listens sees it end with 0 [issue 9]") {
  for (int i = 0; i < 20; ++i) {
    ProxyFixture fixture;
    REQUIRE(fixture.router.stop() == 0);
  }
}

TEST_CASE("stop: requests in flight are finished, new connections are not taken") {
  ProxyFixture fixture;
  std::atomic<bool> release{false};
  fixture.backend.on("/app/slow", [&release](Conversation& conversation) {
    eventually([&release] { return release.load(); });
    conversation.send_response(200, "finished");
  });
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/slow"));
  CHECK(fixture.backend.waits_for("/app/slow", 1));
  fixture.router.signal(SIGTERM);
  CHECK(fixture.router.logs("router.stopping"));
  const auto is_refused = [&] {
    try {
      RawClient late(fixture.router.port());
      return late.ends(milliseconds(50));
    } catch (const std::runtime_error&) {
      return true;
    }
  };
  CHECK(eventually(is_refused));
  CHECK_FALSE(fixture.router.wait(milliseconds(0)).has_value());
  release = true;
  CHECK(client.read().body == "finished");
  CHECK(fixture.router.wait(kPatience) == 0);
}

TEST_CASE("stop: one of two instances behind one port ends under load, and no request fails (P1)") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  RouterProcess first(setup);
  setup.port = first.port();
  RouterProcess second(setup);
  Load load(first.port());
  CHECK(eventually([&] { return load.succeeded > 300; }, milliseconds(20'000)));
  CHECK(first.stop() == 0);
  const int before = load.succeeded;
  CHECK(eventually([&] { return load.succeeded > before + 300; }, milliseconds(20'000)));
  load.finish();
  CHECK(load.failed == 0);
}

TEST_CASE("stop: who connects while one of two instances stops is answered by the other") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  RouterProcess first(setup);
  setup.port = first.port();
  RouterProcess second(setup);
  first.signal(SIGTERM);
  REQUIRE(first.logs("router.stopping"));
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back(
        [&] { answered += ask(second.port(), make_request("GET", "/app/x")).status() == 200 ? 1 : 0; });
  }
  for (auto& client : clients) client.join();
  CHECK(answered == 16);
  CHECK(first.wait(kPatience) == 0);
}

TEST_CASE("reload: a good file takes over and no request fails, a bad one is refused and says why (P2)") {
  ProxyFixture fixture;
  Load load(fixture.router.port());
  const auto descriptor = [](const std::string& extra, const std::string& destination) {
    nlohmann::json text{
        {"routes", {public_route("^/app/(.*)$", "app"), public_route("^/" + extra + "$", destination)}}};
    return text.dump(2);
  };
  for (int round = 0; round < 5; ++round) {
    const std::string name = "new" + std::to_string(round);
    fixture.router.folder().write("xs-app.json", descriptor(name, "app"));
    fixture.router.signal(SIGHUP);
    CHECK(eventually([&] { return fixture.ask(make_request("GET", "/" + name)).status() == 200; }, kReloadTime));
    fixture.router.folder().write("xs-app.json", descriptor("bad", "nowhere"));
    fixture.router.signal(SIGHUP);
    const auto refused = [&] {
      const auto log = fixture.router.log();
      std::size_t count = 0;
      for (auto at = log.find("reload.refused"); at != std::string::npos; at = log.find("reload.refused", at + 1))
        ++count;
      return count > static_cast<std::size_t>(round);
    };
    CHECK(eventually(refused, kReloadTime));
    CHECK(fixture.ask(make_request("GET", "/" + name)).status() == 200);
  }
  const auto log = fixture.router.log();
  CHECK(log.find("xs-app.json") != std::string::npos);
  CHECK(log.find("/routes/1/destination") != std::string::npos);
  // whoever reads the log alone is told, too
  const auto event = log.substr(log.find("reload.refused"));
  CHECK(event.substr(0, event.find('\n')).find("/routes/1/destination") != std::string::npos);
  load.finish();
  CHECK(load.failed == 0);
}

TEST_CASE("reload: what needs a restart is named, each setting, and the rest taken over [N24]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.files["default-env.json"] = R"({"SERVER_KEEP_ALIVE": "60000", "httpHeaders": [{"X-Round": "1"}]})";
  RouterProcess router(setup);
  CHECK(ask(router.port(), make_request("GET", "/app/x")).field("X-Round") == "1");
  router.folder().write("default-env.json",
                        R"({"SERVER_KEEP_ALIVE": "30000", "LIMIT_BODY_BYTES": 10, "httpHeaders": [{"X-Round": "2"}]})");
  router.signal(SIGHUP);
  const auto taken = [&] { return ask(router.port(), make_request("GET", "/app/x")).field("X-Round") == "2"; };
  CHECK(eventually(taken, kReloadTime));
  CHECK(router.logs("\"setting\":\"SERVER_KEEP_ALIVE\""));
  CHECK(router.logs("\"setting\":\"LIMIT_BODY_BYTES\""));
  CHECK(router.logs("reload.done"));
  CHECK(router.log().find("\"setting\":\"PORT\"") == std::string::npos);
}

TEST_CASE("reload: what the router was started with is not served, wherever its state is said to be now [issue 9]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.add_route({{"source", "^/s/(.*)$"}, {"target", "$1"}, {"localDir", "web"}, {"authenticationType", "none"}});
  setup.files["web/a.html"] = "<p>a</p>";
  setup.files["default-env.json"] = R"({"STATE_DIR": "web/state", "httpHeaders": [{"X-Round": "1"}]})";
  RouterProcess router(setup);
  REQUIRE(std::filesystem::exists(router.folder() / "web/state/session-secret"));
  CHECK(ask(router.port(), make_request("GET", "/s/state/session-secret")).status() == 404);
  router.folder().write("default-env.json", R"({"httpHeaders": [{"X-Round": "2"}]})");
  router.signal(SIGHUP);
  const auto taken = [&] { return ask(router.port(), make_request("GET", "/s/a.html")).field("X-Round") == "2"; };
  CHECK(eventually(taken, kReloadTime));
  for (const char* path : {"/s/state/session-secret", "/s/state/state.db"}) {
    CAPTURE(path);
    CHECK(ask(router.port(), make_request("GET", path)).status() == 404);
  }
}

TEST_CASE("reload: signals that come while one is read are one more reading, with what is there then [N19]") {
  ProxyFixture fixture;
  for (int round = 0; round < 20; ++round) {
    const std::string name = "new" + std::to_string(round);
    const nlohmann::json text{{"routes", {public_route("^/app/(.*)$", "app"), public_route("^/" + name + "$", "app")}}};
    fixture.router.folder().write("xs-app.json", text.dump(2));
    fixture.router.signal(SIGHUP);
  }
  CHECK(eventually([&] { return fixture.ask(make_request("GET", "/new19")).status() == 200; }, kReloadTime));
}

TEST_CASE("start: what is wrong with the configuration ends it with 1 and names the place (D1)") {
  struct Row {
    const char* name;
    std::string descriptor;
    std::vector<std::string> says;
  };
  const std::vector<Row> rows = {
      {"no JSON", "{\"routes\": [}", {"xs-app.json", "1:13"}},
      {"unknown destination",
       R"({"routes": [{"source": "^/a", "destination": "ap", "authenticationType": "none"}]})",
       {"/routes/0/destination", "\"ap\"", "app"}},
      {"bad regular expression",
       R"({"routes": [{"source": "^/(a", "destination": "app", "authenticationType": "none"}]})",
       {"/routes/0/source"}},
      {"missing folder",
       R"({"routes": [{"source": "^/a", "localDir": "nowhere", "authenticationType": "none"}]})",
       {"/routes/0/localDir", "nowhere"}},
      {"misspelt property", R"({"routs": []})", {"routs", "routes"}},
      {"two faults at once",
       R"({"routes": [{"source": "(", "destination": "no"}]})",
       {"/routes/0/source", "/routes/0/destination"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    RouterSetup setup;
    setup.add_destination("app", "http://127.0.0.1:1");
    setup.descriptor_text = row.descriptor;
    for (const auto& arguments : {std::vector<std::string>{}, std::vector<std::string>{"check"}}) {
      const auto ended = run_to_end(setup, arguments);
      CHECK(ended.exit_code == 1);
      for (const auto& part : row.says)
        CHECK_MESSAGE(ended.output.find(part) != std::string::npos, part, " is not in:\n", ended.output);
    }
  }
}

TEST_CASE("start: a variable that cannot be used is named, and its secret value is not") {
  RouterSetup setup;
  setup.environment = {{"SESSION_TIMEOUT", "soon"}, {"OIDC_ISSUER", "not a url"}, {"OIDC_CLIENT_SECRET", "hush-hush"}};
  const auto ended = run_to_end(setup);
  CHECK(ended.exit_code == 1);
  CHECK(ended.output.find("SESSION_TIMEOUT") != std::string::npos);
  CHECK(ended.output.find("hush-hush") == std::string::npos);
}

TEST_CASE("start: check says 0 for a good directory") {
  const auto ended = run_to_end(setup_for("http://127.0.0.1:1"), {"check"});
  CHECK_MESSAGE(ended.exit_code == 0, ended.output);
}

TEST_CASE("start: a port in use ends it with 1 and says so") {
  Listener taken;
  auto setup = setup_for("http://127.0.0.1:1");
  setup.port = taken.port();
  const auto ended = run_to_end(setup);
  CHECK(ended.exit_code == 1);
  CHECK(ended.output.find(std::to_string(taken.port())) != std::string::npos);
}

TEST_CASE("start: with the provider away public routes work, logins are 503, and all is well when it returns (L1)") {
  RecordingBackend backend;
  const auto provider_port = refusing_port();
  auto setup = setup_for(backend.origin());
  setup.environment["OIDC_ISSUER"] = "http://127.0.0.1:" + std::to_string(provider_port);
  setup.environment["OIDC_CLIENT_ID"] = StubProvider::kClientId;
  setup.environment["OIDC_CLIENT_SECRET"] = StubProvider::kClientSecret;
  setup.environment["PRESERVE_FRAGMENT"] = "false";
  setup.add_route({{"source", "^/private/(.*)$"}, {"destination", "app"}, {"authenticationType", "oidc"}});
  RouterProcess router(setup);
  Browser browser(router.port());
  CHECK(browser.get("/app/x").status() == 200);
  const auto away = browser.navigate("/private/x");
  CHECK(away.status() == 503);
  CHECK(away.has("Retry-After"));

  StubProvider provider(provider_port);
  CHECK(eventually([&] { return browser.navigate("/private/x").status() == 302; }, milliseconds(20'000)));
  CHECK(browser.open("/private/x").body == "/private/x");
}

TEST_CASE("connections: a limit is that of the process, however the kernel spreads them over the loops [N22]") {
  for (const char* name : {"LIMIT_CONNECTIONS_PER_ADDRESS", "LIMIT_CONNECTIONS"}) {
    CAPTURE(name);
    RecordingBackend backend;
    auto setup = setup_for(backend.origin());
    setup.environment["THREADS"] = "8";
    setup.environment[name] = "10";
    RouterProcess router(setup);
    std::vector<RawClient> clients;
    int answered = 0;
    for (int i = 0; i < 40; ++i) {
      clients.emplace_back(router.port());
      clients.back().send(make_request("GET", "/app/x"));
      answered += clients.back().read().status() == 200 ? 1 : 0;
    }
    CHECK(answered == 10);
    clients.clear();
    const auto works = [&] { return ask(router.port(), make_request("GET", "/app/x")).status() == 200; };
    CHECK(eventually(works));
  }
}

TEST_CASE("descriptors: when they run out there is no busy loop, and it recovers (P4)") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.shell_first = "ulimit -n 48";
  RouterProcess router(setup);
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 200);
  std::vector<RawClient> clients;
  for (int i = 0; i < 100; ++i) clients.emplace_back(router.port());
  const auto used = router.cpu_time();
  clients.back().stays_silent(milliseconds(1'000));
  if (!router.is_sanitized()) CHECK(router.cpu_time() - used < milliseconds(200));
  clients.clear();
  const auto works = [&] { return ask(router.port(), make_request("GET", "/app/x")).status() == 200; };
  CHECK(eventually(works, milliseconds(15'000)));
}

}  // namespace router::test::lifecycle_test
