// The log of the built router (docs/contract/operations.md "Logs", "Signals").
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "e2e/proxy_fixture.h"
#include "support/secrets_seen.h"
#include "support/spawn.h"

namespace router::test::log_test {
namespace {

using nlohmann::json;

std::vector<json> requests_in(const std::string& log) {
  std::vector<json> found;
  std::istringstream lines(log);
  for (std::string text; std::getline(lines, text);) {
    auto line = json::parse(text, nullptr, false);
    if (line.is_object() && line.value("event", "") == "request") found.push_back(std::move(line));
  }
  return found;
}

using Variables = std::map<std::string, std::string>;

struct LoggingRouter {
  explicit LoggingRouter(const Variables& variables = {}) : router(setup(variables)) {}
  RouterSetup setup(const Variables& variables) {
    auto made = setup_for(backend.origin());
    made.environment.insert(variables.begin(), variables.end());
    return made;
  }
  int ask(std::string_view path) { return test::ask(router.port(), make_request("GET", path)).status(); }
  // In no order: each loop gathers the lines of its own connections.
  std::multiset<std::string> paths_logged() const {
    std::multiset<std::string> paths;
    for (const auto& line : requests_in(router.log())) paths.insert(line["path"]);
    return paths;
  }

  RecordingBackend backend;
  RouterProcess router;
};

}  // namespace

TEST_CASE("log: ACCESS_LOG chooses all requests, those that went wrong, or none [issue 14]") {
  using Paths = std::multiset<std::string>;
  const struct {
    std::string chosen;
    Paths logged;
  } rows[] = {{"all", {"/app/good", "/none"}}, {"errors", {"/none"}}, {"off", {}}};
  for (const auto& row : rows) {
    CAPTURE(row.chosen);
    LoggingRouter logging(Variables{{"ACCESS_LOG", row.chosen}});
    CHECK(logging.ask("/app/good") == 200);
    CHECK(logging.ask("/none") == 404);
    CHECK(logging.router.stop() == 0);
    CHECK(logging.paths_logged() == row.logged);
  }
}

TEST_CASE("log: the line of a request comes while nothing else happens [issue 14]") {
  LoggingRouter logging;
  CHECK(logging.ask("/app/lonely") == 200);
  CHECK(logging.router.logs("/app/lonely"));
}

TEST_CASE("log: of a thousand requests each has its line when the router has ended [issue 14]") {
  LoggingRouter logging;
  RawClient client(logging.router.port());
  for (int i = 0; i < 1'000; ++i) {
    client.send(make_request("GET", "/app/" + std::to_string(i)));
    REQUIRE(client.read().status() == 200);
  }
  CHECK(logging.router.stop() == 0);
  const auto lines = requests_in(logging.router.log());
  CHECK(lines.size() == 1'000);
  // a loop's own lines are in order, and one connection is on one loop
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(lines[i]["path"] == "/app/" + std::to_string(i));
}

TEST_CASE("log: LOG_FILE takes it, and SIGUSR1 begins a new file where the old one was moved aside [issue 14]") {
  LoggingRouter logging(Variables{{"LOG_FILE", "router.log"}});
  const auto& folder = logging.router.folder();
  CHECK(logging.ask("/app/before") == 200);
  REQUIRE(logging.router.logs("/app/before"));
  std::filesystem::rename(folder / "router.log", folder / "router.log.1");
  logging.router.signal(SIGUSR1);
  CHECK(eventually([&] { return std::filesystem::exists(folder / "router.log"); }));
  CHECK(logging.ask("/app/after") == 200);
  CHECK(logging.router.logs("/app/after"));
  CHECK(logging.router.log().find("/app/before") == std::string::npos);
  CHECK(read_file(folder / "router.log.1").find("/app/after") == std::string::npos);
}

TEST_CASE("log: SIGUSR1 without a LOG_FILE changes nothing [issue 14]") {
  LoggingRouter logging;
  logging.router.signal(SIGUSR1);
  CHECK(logging.ask("/app/still") == 200);
  CHECK(logging.router.logs("/app/still"));
}

TEST_CASE("log: a LOG_FILE that cannot be made is said, and nothing starts [issue 14]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["LOG_FILE"] = "nowhere/router.log";
  const auto ended = run_to_end(setup);
  CHECK(ended.exit_code == 1);
  CHECK(ended.output.find("LOG_FILE") != std::string::npos);
  CHECK(ended.output.find("nowhere/router.log") != std::string::npos);
}

TEST_CASE("log: a pipe that nobody reads holds up no request, and what it does not take is counted [issue 14]") {
  const auto management = refusing_port();
  const std::string token(32, 't');
  LoggingRouter logging(
      {{"LOG_FILE", "router.log"}, {"MANAGEMENT_PORT", std::to_string(management)}, {"MANAGEMENT_TOKEN", token}});
  const auto& folder = logging.router.folder();
  const std::string pipe = folder / "router.log";
  std::filesystem::rename(pipe, folder / "router.log.1");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);  // it is open, and never read
  REQUIRE(reader >= 0);
  logging.router.signal(SIGUSR1);
  const auto dropped = [&] {
    const auto said = "Bearer " + token;
    const auto text = ask(management, make_request("GET", "/metrics", {{"Authorization", said}})).body;
    const std::string name = "\nxsrouter_log_lines_dropped_total ";
    const auto at = text.find(name);
    return at == std::string::npos ? 0.0 : std::stod(text.substr(at + name.size()));
  };
  // more than the pipe and what waits before it take
  const std::string path = "/app/" + std::string(4'000, 'x');
  RawClient client(logging.router.port());
  int asked = 0;
  for (; asked < 5'000 && (asked % 100 != 0 || dropped() == 0); ++asked) {
    client.send(make_request("GET", path));
    REQUIRE(client.read().status() == 200);
  }
  CHECK(dropped() > 0);
  CHECK(logging.router.stop() == 0);
  ::close(reader);
  std::filesystem::remove(pipe);  // whoever reads the log at the end does not wait for a writer
}

TEST_CASE("trace context: traceparent and tracestate of the client reach the back-end [issue 14]") {
  LoggingRouter logging;
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  test::ask(
      logging.router.port(),
      make_request("GET", "/app/traced", {{"traceparent", parent}, {"tracestate", "a=1"}, {"TraceState", "b=2"}}));
  test::ask(logging.router.port(), make_request("GET", "/app/stateful", {{"tracestate", "a=1"}}));
  const auto traced = logging.backend.requests_to("/app/traced");
  REQUIRE(traced.size() == 1);
  CHECK(traced[0].field("traceparent") == parent);
  CHECK(traced[0].head.all("tracestate") == std::vector<std::string>{"a=1,b=2"});
  const auto stateful = logging.backend.requests_to("/app/stateful");
  REQUIRE(stateful.size() == 1);
  CHECK_FALSE(stateful[0].has("tracestate"));
}

TEST_CASE("log: what a log may not show is found in it, if it is there [issue 14]") {
  note_secrets(parse_message("GET /login/callback?code=a-code-of-the-log-test&x=1 HTTP/1.1\r\nHost: a\r\n"
                             "Cookie: theme=dark; JSESSIONID=a-cookie-of-the-log-test\r\n"
                             "Authorization: Bearer a-token-of-the-log-test\r\n\r\n",
                             BodyRule::request)
                   .message);
  note_secrets({{"OIDC_CLIENT_SECRET", "a-secret-of-the-log-test"}});
  for (const char* secret : {"a-code-of-the-log-test", "a-cookie-of-the-log-test", "a-token-of-the-log-test",
                             "a-secret-of-the-log-test", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"}) {
    CAPTURE(secret);
    CHECK(secret_in("{\"path\":\"/a?" + std::string(secret) + "\"}") == secret);
  }
  CHECK_FALSE(secret_in(R"({"event":"request","path":"/login/callback","theme":"dark"})"));
}

}  // namespace router::test::log_test
