// Receipts as evidence: signed, chained, kept over a restart, listed, shown and verified by commands
// (docs/contract/durability.md "Receipts are evidence").
#include <doctest/doctest.h>

#include <fstream>
#include <memory>

#include "e2e/sign_on_fixture.h"

namespace router::test::receipts_test {
namespace {

constexpr const char* kToken = "a token of the tests, long enough";

// A router with a state directory and a management port.
struct KeptReceipts {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  TemporaryFolder state;
  TemporaryFolder files;
  std::uint16_t port = refusing_port();
  std::uint16_t management = refusing_port();
  std::unique_ptr<RouterProcess> router = start();

  RouterSetup setup() const {
    auto setup = sign_on_setup(provider, orders.origin(), invoices.origin());
    setup.port = port;
    setup.descriptor["logout"]["revokeTokens"] = false;  // which waits for the browser's return from the provider
    setup.environment["STATE_DIR"] = state.path().string();
    setup.environment["MANAGEMENT_PORT"] = std::to_string(management);
    setup.environment["MANAGEMENT_TOKEN"] = kToken;
    setup.environment["XS_ROUTER_TOKEN"] = kToken;
    return setup;
  }
  std::unique_ptr<RouterProcess> start() const { return std::make_unique<RouterProcess>(setup()); }
  void restart() {
    router->kill();
    router = start();
  }
  // The logout's id, once its receipt is complete.
  std::string sign_out() {
    Browser browser(port);
    browser.open("/orders/start");
    const auto answer = browser.navigate("/my/logout");
    const std::string id(answer.field("x-logout-id"));
    CHECK(router->logs("\"logout_id\":\"" + id + "\""));
    return id;
  }
  FailedStart command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "receipts");
    return run_to_end(setup(), std::move(arguments));
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(management); }
  std::vector<std::string> lines() const {
    std::vector<std::string> found;
    std::istringstream output(command({"list", "--jws"}).output);
    for (std::string line; std::getline(output, line);) found.push_back(line);
    return found;
  }
  std::string file(const std::vector<std::string>& of) const {
    const auto path = files / "receipts.jws";
    std::ofstream out(path);
    for (const auto& line : of) out << line << "\n";
    return path;
  }
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("receipts: listed, shown and verified by commands; the chain goes on after kill -9 [P3]") {
  KeptReceipts world;
  std::vector<std::string> ids{world.sign_out(), world.sign_out()};
  REQUIRE(world.lines().size() == 2);
  world.restart();
  ids.push_back(world.sign_out());
  const auto lines = world.lines();
  REQUIRE(lines.size() == 3);
  const auto jwks = world.url() + "/xs-router/receipts/jwks.json";

  const auto good = world.command({"verify", world.file(lines), "--jwks", jwks});
  CAPTURE(good.output);
  CHECK(good.exit_code == 0);
  CHECK(contains(good.output, "numbers 1 to " + std::to_string(lines.size())));

  auto missing = lines;
  missing.erase(missing.begin() + 1);
  const auto found = world.command({"verify", world.file(missing), "--jwks", jwks});
  CHECK(found.exit_code == 1);
  CHECK(contains(found.output, "missing number 2"));

  auto changed = lines;
  changed[1][changed[1].find('.') + 20] ^= 1;
  CHECK(world.command({"verify", world.file(changed), "--jwks", jwks}).exit_code == 1);
  CHECK(world.command({"verify", world.file(lines), "--jwks", "/nowhere.json"}).exit_code == 2);
  CHECK(world.command({"verify", "/nowhere.jws"}).exit_code == 2);

  const auto shown = world.command({"show", ids[0], "--json", "--url", world.url()});
  CHECK(shown.exit_code == 0);
  const auto receipt = nlohmann::json::parse(shown.output);
  CHECK(receipt["id"] == ids[0]);
  CHECK(receipt["number"] == 1);
  CHECK(receipt["backEnds"].size() == 2);
  CHECK(world.command({"show", "nothing"}).exit_code == 1);
  CHECK(contains(world.command({"list", "--limit", "1"}).output, ids.back()));
  CHECK(world.command({"list", "--url", "http://127.0.0.1:" + std::to_string(refusing_port())}).exit_code == 2);
}

}  // namespace router::test::receipts_test
