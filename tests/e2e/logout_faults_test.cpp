// Logout when back-ends misbehave and when things happen at once (docs/contract/logout.md section 7;
// docs/contract/reliability.md O1, O10).
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <memory>
#include <thread>

#include "e2e/sign_on_fixture.h"

namespace router::test::logout_faults_test {
namespace {

constexpr milliseconds kRetryTime{15'000};

// Four more back-ends beside orders and invoices: one to hang longer than its destination allows, one to take its time
// where it may, one to answer 500 and one to be away.
struct SixBackEnds {
  StubProvider provider;
  RecordingBackend orders, invoices, hanging, slow, failing;
  std::uint16_t away_port = refusing_port();
  RouterProcess router{setup()};

  RouterSetup setup() {
    auto result = sign_on_setup(provider, orders.origin(), invoices.origin());
    for (const auto& [name, origin] : {std::pair<std::string, std::string>{"hanging", hanging.origin()},
                                       {"failing", failing.origin()},
                                       {"away", "http://127.0.0.1:" + std::to_string(away_port)}}) {
      result.add_destination(name, origin, {{"timeout", 1'000}, {"forwardAuthToken", true}});
      result.descriptor["destinations"][name] = {{"logoutPath", "/sign-out"}};
    }
    result.add_destination("slow", slow.origin());
    result.descriptor["destinations"]["slow"] = {{"logoutPath", "/sign-out"}};
    return result;
  }
};

}  // namespace

TEST_CASE(
    "logout faults: the browser waits for no back-end, good ones are told once, bad ones until they take it (O1)") {
  std::atomic<bool> may_answer{false};
  SixBackEnds world;
  world.hanging.on("/sign-out", hangs());
  world.slow.on("/sign-out", [&may_answer](Conversation& conversation) {
    eventually([&may_answer] { return may_answer.load(); }, kRetryTime);
    conversation.send_response(200, "at last");
  });
  world.failing.on("/sign-out", answers("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"));
  Browser browser(world.router.port());
  browser.open("/orders/x");
  CHECK(browser.navigate("/my/logout").status() == 302);
  CHECK(world.orders.waits_for("/sign-out", 1));
  CHECK(world.invoices.waits_for("/sign-out", 1));
  may_answer = true;

  CHECK(world.failing.waits_for("/sign-out", 2, kRetryTime));
  CHECK(world.hanging.waits_for("/sign-out", 2, kRetryTime));
  const auto calls = world.failing.requests_to("/sign-out");
  CHECK(calls.at(0).field("Idempotency-Key") == calls.at(1).field("Idempotency-Key"));
  world.failing.on("/sign-out", echoes());
  world.hanging.on("/sign-out", echoes());
  RecordingBackend returned(world.away_port);
  CHECK(returned.waits_for("/sign-out", 1, kRetryTime));
  CHECK(returned.requests_to("/sign-out").at(0).field("Authorization").starts_with("Bearer ey"));
  CHECK(world.router.logs("logout.complete", kRetryTime));
  CHECK(world.orders.count("/sign-out") == 1);
  CHECK(world.invoices.count("/sign-out") == 1);
  CHECK(world.slow.count("/sign-out") == 1);
}

TEST_CASE("logout faults: three logouts of one session at once call every back-end once") {
  SignOnFixture fixture;
  for (int round = 1; round <= 5; ++round) {
    auto browser = fixture.signed_in();
    std::vector<std::thread> threads;
    std::atomic<int> redirected{0};
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back(
          [browser, &redirected]() mutable { redirected += browser.navigate("/my/logout").status() == 302 ? 1 : 0; });
    }
    for (auto& thread : threads) thread.join();
    CHECK(redirected == 3);
    CHECK(fixture.orders.waits_for("/sign-out", static_cast<std::size_t>(round)));
    CHECK(fixture.invoices.waits_for("/sign-out", static_cast<std::size_t>(round)));
  }
  CHECK(fixture.router.stop() == 0);
  CHECK(fixture.orders.count("/sign-out") == 5);
  CHECK(fixture.invoices.count("/sign-out") == 5);
}

TEST_CASE("logout faults: an answer in flight with Set-Cookie does not bring the session back (O10)") {
  SignOnFixture fixture;
  std::atomic<bool> release{false};
  fixture.orders.on("/orders/slow", [&release](Conversation& conversation) {
    eventually([&release] { return release.load(); });
    conversation.send_response(200, "late", "Set-Cookie: BACKEND=late\r\n");
  });
  auto browser = fixture.signed_in();
  const auto old = browser;
  std::thread slow([browser]() mutable { browser.get("/orders/slow"); });
  CHECK(fixture.orders.waits_for("/orders/slow", 1));
  browser.navigate("/my/logout");
  release = true;
  slow.join();
  CHECK_FALSE(fixture.is_signed_in(old));
}

TEST_CASE("logout faults: after the logout's answer no request with the old cookie passes (O10)") {
  SignOnFixture fixture;
  const auto browser = fixture.signed_in();
  std::atomic<bool> over{false};
  std::atomic<bool> stop{false};
  std::atomic<int> passed_late{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&fixture, &over, &stop, &passed_late, browser] {
      while (!stop) {
        const bool began_late = over;
        if (fixture.is_signed_in(browser) && began_late) ++passed_late;
      }
    });
  }
  CHECK(fixture.orders.waits_for("/orders/still", 20));
  auto leaving = browser;
  leaving.navigate("/my/logout");
  over = true;
  auto replays = std::size_t{0};
  CHECK(eventually([&] { return !fixture.is_signed_in(browser) && ++replays >= 20; }));
  stop = true;
  for (auto& thread : threads) thread.join();
  CHECK(passed_late == 0);
}

TEST_CASE("logout faults: a logout while the callback is under way leaves no session (106)") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const auto to_provider = browser.navigate("/orders/x").field("Location");
  const auto callback = Browser::path_of(Browser::location_from(to_provider));
  fixture.provider.behave({.token_hangs = true});
  std::thread finishing([&] { browser.navigate(callback); });
  CHECK(eventually([&] { return fixture.provider.count("/token") == 1; }));
  const auto told = ask(fixture.router.port(), make_request("POST", "/my/back-channel",
                                                            {{"Content-Type", "application/x-www-form-urlencoded"}},
                                                            "logout_token=" + fixture.provider.logout_token()));
  CHECK(told.status() == 200);
  fixture.provider.behave({});
  finishing.join();
  CHECK_FALSE(fixture.is_signed_in(browser));
}

TEST_CASE("logout faults: what is in flight at SIGTERM is still told to the back-ends") {
  SignOnFixture fixture;
  std::atomic<bool> release{false};
  fixture.orders.on("/sign-out", [&release](Conversation& conversation) {
    eventually([&release] { return release.load(); });
    conversation.send_response(200, "");
  });
  auto browser = fixture.signed_in();
  browser.navigate("/my/logout");
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  fixture.router.signal(SIGTERM);
  CHECK(fixture.router.logs("router.stopping"));
  release = true;
  CHECK(fixture.router.wait(kPatience) == 0);
  CHECK(fixture.orders.count("/sign-out") == 1);
}

}  // namespace router::test::logout_faults_test
