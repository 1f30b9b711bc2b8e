// The management port of the built router (docs/contract/operations.md "Management port").
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "e2e/proxy_fixture.h"
#include "support/certificates.h"
#include "support/tls_peers.h"

namespace router::test::management_test {
namespace {

using nlohmann::json;

constexpr const char* kToken = "all-of-it-all-of-it";
constexpr const char* kReadToken = "only-look-only-look";

std::uint16_t management_port(const RouterProcess& router) { return router.port_of("management.listening"); }

RouterSetup with_management(RouterSetup setup, const std::map<std::string, std::string>& more = {}) {
  setup.environment["MANAGEMENT_PORT"] = "0";
  setup.environment["MANAGEMENT_TOKEN"] = kToken;
  setup.environment["MANAGEMENT_READ_TOKEN"] = kReadToken;
  for (const auto& [name, value] : more) setup.environment[name] = value;
  return setup;
}

using Variables = std::map<std::string, std::string>;

std::string bearer(std::string_view token) { return "Bearer " + std::string(token); }

struct ManagedFixture {
  explicit ManagedFixture(const Variables& more = {})
      : router(with_management(setup_for(backend.origin()), more)), port(management_port(router)) {}

  RawAnswer ask(std::string_view method, std::string_view path, std::string_view token = kToken,
                std::string_view body = {}) {
    const auto said = bearer(token);
    return test::ask(port, token.empty() ? make_request(method, path, {}, body)
                                         : make_request(method, path, {{"Authorization", said}}, body));
  }
  // The value of a line of /metrics; absent: there is none.
  std::optional<double> metric(const std::string& series) {
    const auto text = ask("GET", "/metrics", kReadToken).body;
    const auto at = text.find("\n" + series + " ");
    if (at == std::string::npos) return std::nullopt;
    return std::stod(text.substr(at + series.size() + 2));
  }

  RecordingBackend backend;
  RouterProcess router;
  std::uint16_t port;
};

// What a client of that Unix socket is answered.
std::string ask_socket(const std::string& path, const std::string& request) {
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  std::string answer;
  if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(client, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char bytes[4096];
    for (ssize_t got = 0; (got = ::recv(client, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<std::size_t>(got));
  }
  ::close(client);
  return answer;
}

}  // namespace

TEST_CASE("management port: off unless it is asked for [issue 14]") {
  ProxyFixture fixture;
  CHECK(management_port(fixture.router) == 0);
  CHECK(fixture.router.log().find("management.listening") == std::string::npos);
}

TEST_CASE("management port: health and ready for everybody, the rest for tokens [issue 14]") {
  ManagedFixture fixture;
  REQUIRE(fixture.port != 0);
  CHECK(fixture.ask("GET", "/health", "").status() == 200);
  const auto ready = fixture.ask("GET", "/ready", "");
  CHECK(ready.status() == 200);
  CHECK(ready.field("Content-Type") == "application/json");
  CHECK(json::parse(ready.body)["dependencies"].size() == 2);
  const auto refused = fixture.ask("GET", "/metrics", "");
  CHECK(refused.status() == 401);
  CHECK(refused.field("WWW-Authenticate") == "Bearer");
  CHECK(refused.field("Content-Type") == "application/problem+json");
  CHECK(fixture.ask("GET", "/metrics", kReadToken).status() == 200);
  CHECK(fixture.ask("POST", "/api/reload", kReadToken).status() == 403);
  CHECK(fixture.ask("GET", "/nothing").status() == 404);
  CHECK(fixture.ask("DELETE", "/metrics").field("Allow") == "GET");
  CHECK(fixture.router.log().find(kToken) == std::string::npos);
}

TEST_CASE("management port: five wrong tokens a minute, and the right one at any time [issue 14]") {
  ManagedFixture fixture;
  for (int i = 0; i < 5; ++i) CHECK(fixture.ask("GET", "/metrics", "wrong").status() == 401);
  const auto refused = fixture.ask("GET", "/metrics", "wrong");
  CHECK(refused.status() == 429);
  CHECK(refused.field("Retry-After") != "");
  CHECK(fixture.ask("GET", "/metrics").status() == 200);
  CHECK(fixture.ask("GET", "/health", "").status() == 200);
}

TEST_CASE("management port: what is no request, or too large, is refused [issue 14]") {
  ManagedFixture fixture;
  for (const auto* bytes : {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET /health HTTP/9.9\r\n\r\n"}) {
    CAPTURE(bytes);
    const auto status = test::ask(fixture.port, bytes).status();
    CHECK((status == 400 || status == 0));
  }
  const std::string large(100'000, ' ');
  CHECK(fixture.ask("PUT", "/api/log-level", kToken, large).status() == 413);
  CHECK(fixture.ask("GET", "/health", "").status() == 200);
}

TEST_CASE(
    "management port: a body that does not say how long it is is not read, by no method and with no token [issue 14]") {
  ManagedFixture fixture;
  for (const auto* method : {"POST", "PUT", "DELETE", "GET"}) {
    for (const auto* coding : {"chunked", "Chunked", "gzip, chunked", "identity"}) {
      CAPTURE(method);
      CAPTURE(coding);
      // its chunks never come
      const auto head =
          std::string(method) + " /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + coding + "\r\n\r\n";
      CHECK(test::ask(fixture.port, head).status() == 411);
    }
  }
  CHECK(fixture.ask("GET", "/health", "").status() == 200);
}

TEST_CASE("management port: requests are counted by route, class and destination [H12]") {
  ManagedFixture fixture;
  const std::string of_app = R"({route="0",source="^/app/(.*)$")";
  CHECK(fixture.metric("xsrouter_requests_total" + of_app + R"(,class="2xx"})") == 0);
  fixture.backend.on("/app/missing", [](Conversation& conversation) { conversation.send_response(404, "no"); });
  for (int i = 0; i < 3; ++i) CHECK(test::ask(fixture.router.port(), make_request("GET", "/app/x")).status() == 200);
  CHECK(test::ask(fixture.router.port(), make_request("GET", "/app/missing")).status() == 404);
  CHECK(test::ask(fixture.router.port(), make_request("GET", "/elsewhere")).status() == 404);
  CHECK(test::ask(fixture.router.port(), "GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n").status() ==
        414);
  const auto counted = [&] {
    return fixture.metric(R"(xsrouter_requests_total{route="none",source="",class="4xx"})") == 2;
  };
  CHECK(eventually(counted));
  CHECK(fixture.metric("xsrouter_requests_total" + of_app + R"(,class="2xx"})") == 3);
  CHECK(fixture.metric("xsrouter_requests_total" + of_app + R"(,class="4xx"})") == 1);
  CHECK(fixture.metric("xsrouter_request_seconds_count" + of_app + "}") == 4);
  CHECK(fixture.metric(R"(xsrouter_upstream_seconds_count{destination="app"})") == 4);
  CHECK(fixture.metric(R"(xsrouter_limit_hits_total{limit="LIMIT_URL_BYTES"})") == 1);
  CHECK(fixture.metric("xsrouter_response_bytes_total" + of_app + "}").value_or(0) > 0);
  CHECK(fixture.metric(R"(xsrouter_upstream_connections{state="open"})").value_or(0) >= 1);
  CHECK(fixture.metric("process_open_fds").value_or(0) > 0);
  CHECK(fixture.router.logs("limit.hit"));
}

TEST_CASE("management port: every line of a scrape is a metric line, in both formats [issue 14]") {
  ManagedFixture fixture;
  const std::regex sample(R"([a-z_]+(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? [-+]?([0-9.]+(e[-+]?[0-9]+)?|Inf|NaN))");
  for (const auto* accept : {"text/plain", "application/openmetrics-text; version=1.0.0"}) {
    CAPTURE(accept);
    const auto said = bearer(kReadToken);
    const auto answer =
        test::ask(fixture.port, make_request("GET", "/metrics", {{"Authorization", said}, {"Accept", accept}}));
    CHECK(answer.field("Content-Type").starts_with(std::string_view(accept).substr(0, 10)));
    std::istringstream lines(answer.body);
    std::string last;
    for (std::string line; std::getline(lines, line); last = line) {
      CAPTURE(line);
      const bool describes = line.starts_with("# HELP ") || line.starts_with("# TYPE ") || line == "# EOF";
      CHECK((describes || std::regex_match(line, sample)));
    }
    CHECK((last == "# EOF") == (std::string_view(accept) != "text/plain"));
  }
}

TEST_CASE("management port: a reload is asked for, and what is wrong is answered [issue 14]") {
  ManagedFixture fixture;
  CHECK(test::ask(fixture.router.port(), make_request("GET", "/new/x")).status() == 404);
  auto setup = setup_for(fixture.backend.origin());
  setup.add_route({{"source", "^/new/"}, {"destination", "app"}, {"authenticationType", "none"}});
  fixture.router.folder().write("xs-app.json", setup.descriptor.dump());
  const auto done = fixture.ask("POST", "/api/reload");
  CHECK(done.status() == 200);
  CHECK(json::parse(done.body)["reloaded"] == true);
  const auto is_there = [&] { return test::ask(fixture.router.port(), make_request("GET", "/new/x")).status() == 200; };
  CHECK(eventually(is_there));
  fixture.router.folder().write("xs-app.json", R"({"routes": 5})");
  const auto refused = fixture.ask("POST", "/api/reload");
  CHECK(refused.status() == 422);
  CHECK(json::parse(refused.body)["check"]["errors"].get<int>() > 0);
  CHECK(is_there());
  CHECK(fixture.metric(R"(xsrouter_reloads_total{result="done"})") == 1);
  CHECK(fixture.metric(R"(xsrouter_reloads_total{result="refused"})") == 1);
  CHECK(fixture.router.logs(R"("audit":true,"who":"MANAGEMENT_TOKEN")"));
}

TEST_CASE("management port: the configuration in force says where each value comes from, and no secret [issue 14]") {
  ManagedFixture fixture(Variables{{"SESSION_TIMEOUT", "17"}, {"JWT_REFRESH", "7"}});
  const auto answer = fixture.ask("GET", "/api/config", kReadToken);
  REQUIRE(answer.status() == 200);
  const auto config = json::parse(answer.body);
  CHECK(config["descriptor"]["routes"][0]["source"] == "^/app/(.*)$");
  std::map<std::string, json> variables;
  for (const auto& entry : config["variables"]) variables[entry["name"]] = entry;
  CHECK(variables["JWT_REFRESH"]["source"] == "environment");
  CHECK(variables["MANAGEMENT_TOKEN"]["value"] == "***");
  CHECK(variables["LIMIT_URL_BYTES"]["value"] == "8192");
  CHECK(variables["LIMIT_URL_BYTES"]["source"] == "default");
  CHECK(answer.body.find(kToken) == std::string::npos);
  CHECK(answer.body.find(kReadToken) == std::string::npos);
}

TEST_CASE("management port: the log level is changed while the router runs [issue 14]") {
  ManagedFixture fixture;
  CHECK(fixture.ask("PUT", "/api/log-level", kToken, R"({"level":"off","event":"request"})").status() == 200);
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/unlogged"));
  CHECK(client.read().status() == 200);
  client.send(make_request("GET", "/app/behind-it"));  // answered once nothing is to be logged of the one before
  CHECK(client.read().status() == 200);
  const auto changed =
      fixture.ask("PUT", "/api/log-level", kToken, R"({"level":"info","event":"request","minutes":1})");
  CHECK(changed.status() == 200);
  test::ask(fixture.router.port(), make_request("GET", "/app/logged"));
  CHECK(fixture.router.logs("/app/logged"));
  CHECK(fixture.router.log().find("/app/unlogged") == std::string::npos);
}

TEST_CASE("management port: explains what a request would meet [issue 14]") {
  ManagedFixture fixture;
  const auto answer = fixture.ask("POST", "/api/explain", kReadToken, R"({"url":"/app/x"})");
  CHECK(answer.status() == 200);
  CHECK(answer.body.find("^/app/(.*)$") != std::string::npos);
  CHECK(fixture.ask("POST", "/api/explain", kReadToken, R"({"url":"/%zz"})").status() == 400);
}

TEST_CASE(
    "management port: it answers while the data plane has no room left, and until the router has stopped [issue 14]") {
  ManagedFixture fixture(Variables{{"LIMIT_CONNECTIONS", "1"}, {"SHUTDOWN_TIMEOUT", "20"}});
  std::atomic<bool> release{false};
  fixture.backend.on("/app/slow", [&release](Conversation& conversation) {
    eventually([&release] { return release.load(); });
    conversation.send_response(200, "finished");
  });
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/slow"));
  CHECK(fixture.backend.waits_for("/app/slow", 1));
  CHECK(RawClient(fixture.router.port()).ends());
  CHECK(fixture.ask("GET", "/ready", "").status() == 200);
  CHECK(fixture.metric(R"(xsrouter_limit_hits_total{limit="LIMIT_CONNECTIONS"})").value_or(0) >= 1);
  fixture.router.signal(SIGTERM);
  CHECK(fixture.router.logs("router.stopping"));
  const auto draining = fixture.ask("GET", "/ready", "");
  CHECK(draining.status() == 503);
  CHECK(json::parse(draining.body)["draining"] == true);
  release = true;
  CHECK(client.read().body == "finished");
}

TEST_CASE("management port: told to stop, it serves on for SHUTDOWN_DELAY, while /ready says no [issue 14]") {
  for (const std::string delay : {"600", "1"}) {
    ManagedFixture fixture(Variables{{"SHUTDOWN_DELAY", delay}});
    fixture.router.signal(SIGTERM);
    CHECK(eventually([&] { return fixture.ask("GET", "/ready", "").status() == 503; }));
    // not yet closed: nobody who was sent here before meets a closed port
    if (delay == "600") CHECK(ask(fixture.router.port(), make_request("GET", "/app/x")).status() == 200);
    // whoever cannot wait says so again
    if (delay == "600") fixture.router.signal(SIGTERM);
    CHECK(fixture.router.wait(kPatience) == 0);
  }
}

TEST_CASE("management port: on a Unix socket the file's rights decide [issue 14]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["MANAGEMENT_BIND"] = "unix:management.sock";
  std::string path;
  {
    RouterProcess router(setup);
    path = router.folder() / "management.sock";
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK(S_ISSOCK(found.st_mode));
    CHECK((found.st_mode & 0777) == 0660);
    CHECK(ask_socket(path, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
    CHECK(ask_socket(path, "POST /api/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
              .starts_with("HTTP/1.1 200"));
    CHECK(router.stop() == 0);
    CHECK(::stat(path.c_str(), &found) != 0);
  }
}

TEST_CASE("management port: over TLS with its own certificate, not below TLS 1.2 [issue 14]") {
  RecordingBackend backend;
  auto setup = with_management(setup_for(backend.origin()),
                               {{"MANAGEMENT_TLS_CERT", "cert.pem"}, {"MANAGEMENT_TLS_KEY", "key.pem"}});
  const auto pair = make_self_signed("management.example");
  setup.files["cert.pem"] = pair.certificate;
  setup.files["key.pem"] = pair.key;
  RouterProcess router(setup);
  TlsClient client(management_port(router), TLS1_3_VERSION);
  REQUIRE(client.is_connected());
  CHECK(client.certificate_name() == "management.example");
  CHECK(client.ask(make_request("GET", "/health")).starts_with("HTTP/1.1 200"));
  CHECK_FALSE(TlsClient(management_port(router), TLS1_1_VERSION).is_connected());
}

TEST_CASE("management port: tokens come from files, too, and what cannot be used is said at start [issue 14]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment = {{"destinations", setup.environment["destinations"]},
                       {"MANAGEMENT_PORT", "0"},
                       {"MANAGEMENT_TOKEN_FILE", "token"}};
  setup.files["token"] = std::string(kToken) + "\n";
  {
    RouterProcess router(setup);
    const auto said = bearer(kToken);
    const auto answer =
        test::ask(management_port(router), make_request("GET", "/api/log-level", {{"Authorization", said}}));
    CHECK(answer.status() == 200);
  }
  setup.environment["MANAGEMENT_TOKEN_FILE"] = "no-such-file";
  const auto missing = run_to_end(setup);
  CHECK(missing.exit_code == 1);
  CHECK(missing.output.find("MANAGEMENT_TOKEN_FILE") != std::string::npos);
  setup.environment.erase("MANAGEMENT_TOKEN_FILE");
  setup.environment["MANAGEMENT_BIND"] = "192.0.2.1";  // nobody's here
  const auto unbound = run_to_end(setup);
  CHECK(unbound.exit_code == 1);
  CHECK(unbound.output.find("MANAGEMENT_PORT") != std::string::npos);
}

}  // namespace router::test::management_test
