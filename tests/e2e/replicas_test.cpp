// Two routers that keep their sessions in one Redis, which may go away (docs/contract/durability.md "Redis").
#include <doctest/doctest.h>

#include "e2e/sign_on_fixture.h"
#include "support/redis_server.h"

namespace router::test::replicas_test {
namespace {

constexpr const char* kSecret = "the secret that all replicas share, 2026";
constexpr const char* kToken = "a token of the tests, long enough";
const std::string kBearer = std::string("Bearer ") + kToken;
constexpr milliseconds kEverywhereWithin{1'000};
const std::string kHello("\x81\x05hello", 7);  // a text frame, unmasked

Behaviour opens_socket() {
  return [](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" +
        kHello);
    conversation.wait_until_gone(milliseconds(30'000));
    conversation.close();
  };
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// From its first answer on: a router asks for its metadata when it starts.
struct BehavingProvider : StubProvider {
  explicit BehavingProvider(ProviderBehaviour behaviour) { behave(std::move(behaviour)); }
};

struct Replicas {
  explicit Replicas(ProviderBehaviour behaviour = {}) : provider(std::move(behaviour)) {}

  BehavingProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RedisServer redis;
  std::uint16_t management = refusing_port();
  RouterProcess first{setup(management)};
  RouterProcess second{setup(0)};

  // `managed`: the management port; 0: none.
  RouterSetup setup(std::uint16_t managed) const {
    auto setup = sign_on_setup(provider, orders.origin(), invoices.origin());
    setup.descriptor["logout"].erase("logoutPage");  // so that the built-in one shows
    setup.descriptor["logout"]["revokeTokens"] = false;
    setup.descriptor["logout"]["receiptLink"] = true;
    setup.environment["SESSION_STORE"] = "redis://127.0.0.1:" + std::to_string(redis.port());
    setup.environment["SESSION_SECRET"] = kSecret;
    setup.environment["SHUTDOWN_TIMEOUT"] = "2";
    if (managed != 0) setup.environment["MANAGEMENT_PORT"] = std::to_string(managed);
    setup.environment["MANAGEMENT_TOKEN"] = kToken;
    return setup;
  }
  // That comes to the first one.
  Browser signed_in() const {
    Browser browser(first.port());
    browser.open("/orders/start");
    return browser;
  }
  // The same browser, led to another replica.
  static Browser at(const RouterProcess& router, const Browser& browser) {
    Browser there(router.port());
    for (const auto& [name, value] : browser.cookies()) there.set_cookie(name, value);
    return there;
  }
  static int status(const RouterProcess& router, const Browser& browser) {
    auto there = at(router, browser);
    return there.get("/orders/still", {{"X-Requested-With", "XMLHttpRequest"}}).status();
  }
  static RawAnswer receipts(std::uint16_t management, const std::string& which) {
    return ask(management, make_request("GET", "/api/logouts" + which, {{"Authorization", kBearer}}));
  }
  std::string receipt(const std::string& id) const { return receipts(management, "/" + id).body; }
  bool is_ready() const { return ask(management, make_request("GET", "/ready")).status() == 200; }
};

}  // namespace

TEST_CASE(
    "replicas: signed in on one, signed out on the other: the cookie is dead on both, and sockets end [issue "
    "12]") {
  Replicas world;
  world.orders.on("/orders/socket", opens_socket());
  const auto browser = world.signed_in();
  const auto stays = world.signed_in();
  CHECK(Replicas::status(world.second, browser) == 200);
  RawClient socket(world.first.port());
  socket.send(browser.handshake("/orders/socket"));
  CHECK(socket.read_head().status() == 101);
  CHECK(socket.read_piece() == kHello);

  auto elsewhere = Replicas::at(world.second, browser);
  CHECK(elsewhere.navigate("/my/logout").status() == 302);
  CHECK(socket.ends(milliseconds(2'000)));
  CHECK(contains(socket.received(), "\x0F\xA1signed out"));  // 4001
  CHECK(eventually([&] { return Replicas::status(world.first, browser) == 401; }, kEverywhereWithin));
  CHECK(Replicas::status(world.second, browser) == 401);
  CHECK(Replicas::status(world.first, stays) == 200);
  CHECK(Replicas::status(world.second, stays) == 200);
  CHECK(world.orders.waits_for("/sign-out", 1));
  CHECK(world.invoices.waits_for("/sign-out", 1));
  CHECK(world.orders.count("/sign-out") == 1);
}

TEST_CASE("replicas: a back-channel logout on any of them holds for all [issue 12]") {
  Replicas world;
  const auto browser = world.signed_in();
  CHECK(Replicas::status(world.second, browser) == 200);
  const auto answer = ask(world.second.port(), make_request("POST", "/my/back-channel",
                                                            {{"Content-Type", "application/x-www-form-urlencoded"}},
                                                            "logout_token=" + world.provider.logout_token()));
  CHECK(answer.status() == 200);
  CHECK(eventually([&] { return Replicas::status(world.first, browser) == 401; }, kEverywhereWithin));
  CHECK(Replicas::status(world.second, browser) == 401);
}

TEST_CASE("replicas: any of them shows the receipt, and the page of whoever signed out, as it is now [issue 12]") {
  Replicas world({.end_session_endpoint = false});
  world.invoices.on("/sign-out", answers("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
  const auto port = refusing_port();
  const RouterProcess third(world.setup(port));
  auto browser = world.signed_in();
  const auto left = browser.open("/my/logout");
  REQUIRE(contains(left.body, "/xs-router/receipt"));
  const std::string id(left.field("x-logout-id"));
  auto elsewhere = Replicas::at(third, browser);
  const auto page_says = [&](std::string_view what) {
    return eventually([&] { return contains(elsewhere.get("/xs-router/receipt").body, what); });
  };
  CHECK(page_says("data-state=\"open\""));
  CHECK(page_says("1 of 2 applications"));
  CHECK(contains(Replicas::receipts(port, "/" + id).body, "\"state\":\"open\""));
  CHECK(Replicas::receipts(port, "/" + id + "?format=jws").status() == 404);
  world.invoices.on("/sign-out", echoes());
  CHECK(page_says("all 2 applications"));
  CHECK(eventually([&] { return contains(Replicas::receipts(port, "/" + id).body, "\"state\":\"final\""); }));
  CHECK(Replicas::receipts(port, "/" + id + "?format=jws").status() == 200);
  CHECK(contains(Replicas::receipts(port, "").body, id));
}

TEST_CASE(
    "replicas: Redis gone, public pages go on, others answer 503, who leaves is let go, and all is back with "
    "it [issue 12]") {
  Replicas world;
  CHECK(eventually([&] { return world.is_ready(); }));
  auto browser = world.signed_in();
  world.redis.kill();
  CHECK(eventually([&] { return !world.is_ready(); }));
  // what Redis was sure of is good for a second more
  CHECK(eventually([&] { return Replicas::status(world.first, browser) == 503; }));
  auto held = browser;
  CHECK(held.get("/public/x").status() == 200);
  CHECK(held.get("/orders/x").field("Retry-After") == "5");
  Browser nobody(world.second.port());
  CHECK(nobody.get("/public/x").status() == 200);
  // and not a login, from the next look on
  CHECK(eventually([&] { return nobody.navigate("/orders/x").status() == 503; }, kEverywhereWithin));
  CHECK(nobody.navigate("/orders/x").field("Retry-After") == "5");
  const auto left = browser.navigate("/my/logout");
  CHECK(left.status() == 302);
  CHECK_FALSE(browser.has_session());
  CHECK(world.orders.waits_for("/sign-out", 1));
  CHECK(world.invoices.waits_for("/sign-out", 1));
  CHECK(eventually(
      [&] { return contains(world.receipt(std::string(left.field("x-logout-id"))), "\"knownEverywhere\":false"); }));
  world.redis.start();
  CHECK(eventually([&] { return world.is_ready(); }));
  const auto again = world.signed_in();
  CHECK(eventually([&] { return Replicas::status(world.second, again) == 200; }));
}

TEST_CASE(
    "replicas: signed out while Redis says nothing; when it does again, the cookie is dead on all [issue "
    "12]") {
  Replicas world({.end_session_endpoint = false});
  const RouterProcess third(world.setup(0));
  const auto browser = world.signed_in();
  const auto unseen = world.signed_in();
  world.redis.stop();
  CHECK(eventually([&] { return !world.is_ready(); }));
  auto leaves = Replicas::at(world.first, browser);
  const auto page = leaves.open("/my/logout");
  CHECK(page.status() == 200);
  CHECK(contains(page.body, "other servers of this site do not know it yet"));
  // of this one that replica knows no more than what the cookie says
  auto stranger = Replicas::at(third, unseen);
  CHECK(stranger.navigate("/my/logout").status() < 400);
  CHECK_FALSE(stranger.has_session());
  world.redis.go_on();
  CHECK(eventually([&] { return world.is_ready(); }));
  for (const auto* cookie : {&browser, &unseen}) {
    for (const auto* router : std::initializer_list<const RouterProcess*>{&world.first, &world.second, &third})
      CHECK(eventually([&] { return Replicas::status(*router, *cookie) == 401; }));
  }
}

TEST_CASE("replicas: without Redis a router starts all the same, and says that it is not ready [issue 12]") {
  Replicas world;
  world.redis.kill();
  const auto port = refusing_port();
  auto setup = world.setup(port);
  const RouterProcess router(setup);
  CHECK(ask(port, make_request("GET", "/ready")).status() == 503);
  Browser nobody(router.port());
  CHECK(nobody.get("/public/x").status() == 200);
  CHECK(nobody.navigate("/orders/x").status() == 503);
  world.redis.start();
  CHECK(eventually([&] { return ask(port, make_request("GET", "/ready")).status() == 200; }));
  CHECK(nobody.open("/orders/x").status() == 200);
}

TEST_CASE("replicas: EXT_SESSION_MGT and the bound Redis are all that is needed [issue 12]") {
  Replicas world;
  auto setup = world.setup(0);
  setup.environment.erase("SESSION_STORE");
  setup.environment.erase("SESSION_SECRET");
  setup.environment["EXT_SESSION_MGT"] =
      nlohmann::json{{"instanceName", "sessions"}, {"storageType", "redis"}, {"sessionSecret", kSecret}}.dump();
  setup.environment["VCAP_SERVICES"] =
      nlohmann::json{{"redis-cache",
                      {{{"name", "sessions"},
                        {"credentials", {{"hostname", "127.0.0.1"}, {"port", world.redis.port()}, {"tls", false}}}}}}}
          .dump();
  const RouterProcess router(setup);
  CHECK(Replicas::status(router, world.signed_in()) == 200);
}

}  // namespace router::test::replicas_test
