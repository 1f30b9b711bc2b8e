// What outlives the process: kill -9 and a start later everybody is as before, and every back-end hears of
// each logout (docs/contract/durability.md).
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "e2e/sign_on_fixture.h"
#include "support/spawn.h"

namespace router::test::restart_test {
namespace {

constexpr milliseconds kRetryTime{20'000};

// A router with a state directory, which may die and come back; invoices may be away.
struct DurableRouter {
  StubProvider provider;
  RecordingBackend orders;
  TemporaryFolder state;
  std::uint16_t port = refusing_port();
  std::uint16_t invoices_port = refusing_port();
  // with a back-end away it has calls to make to the last
  std::map<std::string, std::string> variables{{"STATE_DIR", state.path().string()}, {"SHUTDOWN_TIMEOUT", "2"}};
  std::unique_ptr<RouterProcess> router = start();

  RouterSetup setup() const {
    auto setup = sign_on_setup(provider, orders.origin(), "http://127.0.0.1:" + std::to_string(invoices_port));
    setup.port = port;
    for (const auto& [name, value] : variables) setup.environment[name] = value;
    return setup;
  }
  std::unique_ptr<RouterProcess> start() const { return std::make_unique<RouterProcess>(setup()); }
  void restart() {
    router->kill();
    router = start();
  }
  Browser signed_in() {
    Browser browser(port);
    browser.open("/orders/start");
    return browser;
  }
  bool is_signed_in(Browser browser) {
    return browser.get("/orders/still", {{"X-Requested-With", "XMLHttpRequest"}}).status() == 200;
  }
  std::string file(const char* name) const { return state / name; }
};

}  // namespace

TEST_CASE("restart: a cookie from before kill -9 still signs in, one that was signed out does not [Q2]") {
  DurableRouter world;
  const auto stays = world.signed_in();
  auto leaves = world.signed_in();
  const auto left = leaves;
  leaves.navigate("/my/logout");
  world.restart();
  CHECK(world.is_signed_in(stays));
  CHECK_FALSE(world.is_signed_in(left));
  world.router->stop();
  world.router = world.start();
  CHECK(world.is_signed_in(stays));
  CHECK_FALSE(world.is_signed_in(left));
}

TEST_CASE("restart: killed in a fan-out with one back-end down, the calls are made by the next process [Q3]") {
  DurableRouter world;
  auto browser = world.signed_in();
  CHECK(browser.navigate("/my/logout").status() == 302);
  // written behind all that this logout writes: what is open now is the call alone, and the session is known to be told
  world.signed_in();
  world.router->kill();
  RecordingBackend invoices(world.invoices_port);
  world.router = world.start();
  CHECK(invoices.waits_for("/sign-out", 1, kRetryTime));
  CHECK(invoices.requests_to("/sign-out").at(0).field("Authorization").starts_with("Bearer ey"));
  CHECK(world.orders.waits_for("/sign-out", 1, kRetryTime));
  CHECK(world.router->logs("logout.complete", kRetryTime));
  // once is enough: nothing is left for the process after it
  world.signed_in();  // written behind what is settled
  const auto told = invoices.count("/sign-out");
  world.restart();
  CHECK_FALSE(invoices.waits_for("/sign-out", told + 1, milliseconds(1'500)));
}

TEST_CASE("restart: the tokens of a logout that was interrupted are revoked by the next process [issue 12]") {
  DurableRouter world;
  world.signed_in().navigate("/my/logout");
  world.signed_in();  // written behind all that the logout writes
  world.router->kill();
  CHECK(world.provider.count("/revoke") == 0);
  RecordingBackend invoices(world.invoices_port);
  world.router = world.start();
  CHECK(eventually([&] { return world.provider.count("/revoke") == 2; }, kRetryTime));
  CHECK(invoices.count("/sign-out") == 1);
}

TEST_CASE("restart: the secret is made once, and the files hold no cookie, token or secret in clear [Q4]") {
  DurableRouter world;
  auto browser = world.signed_in();
  world.signed_in().navigate("/my/logout");
  const auto secret = read_file(world.file("session-secret"));
  CHECK(secret.size() >= 32);
  for (const char* name : {"session-secret", "state.db"}) {
    struct stat state {};
    REQUIRE(::stat(world.file(name).c_str(), &state) == 0);
    CHECK((state.st_mode & 0777) == 0600);
  }
  std::string kept;
  for (const auto& entry : std::filesystem::directory_iterator(world.state.path()))
    if (entry.path().filename() != "session-secret") kept += read_file(entry.path().string());
  CHECK(kept.find(secret.substr(0, 32)) == std::string::npos);
  CHECK(kept.find("eyJ") == std::string::npos);  // tokens
  for (const auto& [name, value] : browser.cookies()) CHECK(kept.find(value) == std::string::npos);
  world.restart();
  CHECK(read_file(world.file("session-secret")) == secret);
}

TEST_CASE("restart: with the secret before beside the new one nobody is signed out [Q4]") {
  DurableRouter world;
  world.router->kill();
  const std::string first = "the first secret of this router, 2026";
  const std::string second = "the second secret of this router, 2027";
  world.variables["SESSION_SECRET"] = first;
  world.router = world.start();
  const auto browser = world.signed_in();
  world.variables["SESSION_SECRET"] = second;
  world.variables["SESSION_SECRET_PREVIOUS"] = first;
  world.restart();
  CHECK(world.is_signed_in(browser));
}

TEST_CASE("restart: --state and systemd's STATE_DIRECTORY name the directory, too [Q5]") {
  DurableRouter world;
  world.router->kill();
  const TemporaryFolder other;
  auto setup = world.setup();
  setup.environment.erase("STATE_DIR");
  SUBCASE("--state") { setup.arguments = {"--state", other.path().string()}; }
  SUBCASE("STATE_DIRECTORY") { setup.environment["STATE_DIRECTORY"] = other.path().string() + ":/nowhere"; }
  const RouterProcess router(setup);
  CHECK(std::filesystem::exists(other / "state.db"));
  CHECK_FALSE(router.logs("state.in_memory", milliseconds(0)));
}

TEST_CASE(
    "restart: without a place to keep anything, one line says what ends with the process and what to set "
    "[Q5]") {
  SignOnFixture fixture;
  CHECK(fixture.router.logs("state.in_memory"));
  CHECK(fixture.router.log().find("STATE_DIR") != std::string::npos);
}

TEST_CASE(
    "restart: a second router on the same directory, a newer file, a directory that cannot be: said, and not "
    "started [Q5]") {
  DurableRouter world;
  auto setup = world.setup();
  setup.port = 0;
  const auto second = run_to_end(setup);
  CHECK(second.exit_code == 1);
  CHECK(second.output.find("in use by another process") != std::string::npos);
  setup.environment["STATE_DIR"] = "/proc/nowhere";
  const auto nowhere = run_to_end(setup);
  CHECK(nowhere.exit_code == 1);
  CHECK(nowhere.output.find("/proc/nowhere") != std::string::npos);
}

TEST_CASE("restart: a damaged file stops no start [Q1]") {
  DurableRouter world;
  const auto browser = world.signed_in();
  world.router->stop();
  std::filesystem::resize_file(world.file("state.db"), std::filesystem::file_size(world.file("state.db")) / 2);
  world.router = world.start();
  CHECK(world.signed_in().get("/orders/x").status() == 200);
  world.router->stop();
  std::ofstream(world.file("state.db"), std::ios::trunc) << "no database";
  world.router = world.start();
  CHECK(world.router->logs("storage.damaged"));
  CHECK(world.signed_in().get("/orders/x").status() == 200);
}

TEST_CASE("restart: with a full disk users sign in and out, and all is written once there is room [Q1]") {
  DurableRouter world;
  const auto before = world.signed_in();
  const rlimit full{4096, RLIM_INFINITY};
  const rlimit roomy{RLIM_INFINITY, RLIM_INFINITY};
  REQUIRE(::prlimit(world.router->pid(), RLIMIT_FSIZE, &full, nullptr) == 0);
  auto leaves = world.signed_in();
  const auto left = leaves;
  const auto stays = world.signed_in();
  CHECK(leaves.navigate("/my/logout").status() == 302);
  CHECK_FALSE(world.is_signed_in(left));
  CHECK(world.is_signed_in(stays));
  CHECK(world.is_signed_in(before));
  REQUIRE(::prlimit(world.router->pid(), RLIMIT_FSIZE, &roomy, nullptr) == 0);
  CHECK(world.router->logs("storage.writable_again", kRetryTime));
  world.restart();
  CHECK(world.is_signed_in(before));
  CHECK(world.is_signed_in(stays));
  CHECK_FALSE(world.is_signed_in(left));
}

}  // namespace router::test::restart_test
