// The built router under a service manager (docs/contract/operations.md "Packaging"; sd_notify(3), sd_listen_fds(3)).
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "e2e/proxy_fixture.h"

namespace router::test::service_manager_test {
namespace {

// Hears what is told.
class Manager {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Manager() { ::close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string path() const { return folder_ / "notify"; }
  // Whether it has been told that so often by now, or soon.
  bool hears(std::string_view state, int times = 1) {
    return eventually([&] {
      char text[256];
      for (ssize_t got = 0; (got = ::recv(socket_, text, sizeof text, 0)) > 0;) {
        told_.emplace_back(text, static_cast<std::size_t>(got));
      }
      return count(state) >= times;
    });
  }
  std::ptrdiff_t count(std::string_view state) const {
    return std::count_if(told_.begin(), told_.end(), [state](const auto& one) { return one.starts_with(state); });
  }

 private:
  TemporaryFolder folder_;
  int socket_;
  std::vector<std::string> told_;
};

// Hands `listener` over as systemd does.
RouterSetup with_socket(RouterSetup setup, int listener) {
  setup.shell_first = "exec 3<&" + std::to_string(listener) + "; export LISTEN_FDS=1 LISTEN_PID=$$";
  return setup;
}

// A copy of a descriptor that programs inherit.
struct Inheritable {
  explicit Inheritable(int of) : fd(::dup(of)) {}
  ~Inheritable() { ::close(fd); }
  Inheritable(const Inheritable&) = delete;
  Inheritable& operator=(const Inheritable&) = delete;
  int fd;
};

// Bit n - 1: the thread holds signal n. Absent: there is none any more.
std::optional<std::uint64_t> held_signals(const std::filesystem::path& task) {
  std::ifstream status(task / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:")) return std::stoull(line.substr(7), nullptr, 16);
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("service manager: hears of start, reload, life and end [issue 14]") {
  RecordingBackend backend;
  Manager manager;
  auto setup = setup_for(backend.origin());
  setup.environment["NOTIFY_SOCKET"] = manager.path();
  setup.environment["WATCHDOG_USEC"] = "400000";
  RouterProcess router(setup);
  CHECK(manager.hears("READY=1"));
  CHECK(manager.hears("WATCHDOG=1", 3));
  router.signal(SIGHUP);
  CHECK(manager.hears("RELOADING=1"));
  CHECK(manager.hears("READY=1", 2));
  router.folder().write("xs-app.json", "{");
  router.signal(SIGHUP);
  CHECK(manager.hears("RELOADING=1", 2));
  CHECK(manager.hears("READY=1", 3));  // the old configuration goes on
  CHECK(router.stop() == 0);
  CHECK(manager.hears("STOPPING=1"));
}

TEST_CASE("service manager: a signal that comes late, at the end, meets no thread that it would kill [issue 11]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["THREADS"] = "2";
  RouterProcess router(setup);
  router.signal(SIGHUP);  // done once all that a start begins has begun
  REQUIRE(router.logs("reload.done"));
  const auto process = std::to_string(router.pid());
  std::size_t holding = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + process + "/task")) {
    if (task.path().filename() == process) continue;  // the one that hears them
    const auto held = held_signals(task.path());
    if (!held) continue;  // it has just ended
    CAPTURE(*held);
    CHECK((*held >> (SIGHUP - 1) & 1) == 1);
    CHECK((*held >> (SIGUSR1 - 1) & 1) == 1);
    ++holding;
  }
  CHECK(holding >= 4);  // two cores, and two that call
}

TEST_CASE("service manager: another process's watchdog is none of ours [issue 14]") {
  RecordingBackend backend;
  Manager manager;
  auto setup = setup_for(backend.origin());
  setup.environment["NOTIFY_SOCKET"] = manager.path();
  setup.environment["WATCHDOG_USEC"] = "1000";
  setup.environment["WATCHDOG_PID"] = "1";
  RouterProcess router(setup);
  CHECK(manager.hears("READY=1"));
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 200);
  CHECK(router.stop() == 0);
  CHECK(manager.hears("STOPPING=1"));
  CHECK(manager.count("WATCHDOG=1") == 0);
}

TEST_CASE("socket activation: the socket that was handed over is served by every loop [issue 14]") {
  RecordingBackend backend;
  const Listener listener;
  const Inheritable handed(listener.fd());
  RouterProcess router(with_socket(setup_for(backend.origin()), handed.fd));
  CHECK(router.port() == listener.port());
  for (int i = 0; i < 50; ++i) CHECK(ask(listener.port(), make_request("GET", "/app/x")).status() == 200);
}

TEST_CASE("socket activation: who connects while the router restarts is answered by the next one [issue 14]") {
  RecordingBackend backend;
  const Listener listener;
  const Inheritable handed(listener.fd());
  const auto setup = with_socket(setup_for(backend.origin()), handed.fd);
  {
    RouterProcess first(setup);
    CHECK(ask(listener.port(), make_request("GET", "/app/first")).status() == 200);
    CHECK(first.stop() == 0);
  }
  RawClient meanwhile(listener.port());
  meanwhile.send(make_request("GET", "/app/meanwhile"));
  CHECK(meanwhile.stays_silent(milliseconds(20)));
  RouterProcess second(setup);
  CHECK(meanwhile.read().status() == 200);
}

TEST_CASE("socket activation: what is no listener is an error that says so [issue 14]") {
  RecordingBackend backend;
  const Inheritable no_socket(STDOUT_FILENO);
  const auto setup = with_socket(setup_for(backend.origin()), no_socket.fd);
  const auto ended = run_to_end(setup);
  CHECK(ended.exit_code == 1);
  CHECK(ended.output.find("LISTEN_FDS") != std::string::npos);
}

TEST_CASE("socket activation: sockets of another process are left alone [issue 14]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["LISTEN_FDS"] = "1";
  setup.environment["LISTEN_PID"] = "1";
  RouterProcess router(setup);
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 200);
}

}  // namespace router::test::service_manager_test
