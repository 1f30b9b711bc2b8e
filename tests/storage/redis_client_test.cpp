#include "storage/redis_client.h"

#include <doctest/doctest.h>

#include "storage/redis_world.h"
#include "support/tls_peers.h"

using namespace router;
using test::RedisServer;
using test::RedisWorld;

TEST_CASE("Redis client: commands are answered in their order, a thousand at a time on one connection [issue 12]") {
  RedisServer server;
  RedisWorld world(test::address_of(server));
  std::vector<storage::RedisCommand> commands;
  for (int i = 0; i < 1000; ++i)
    commands.push_back(
        RedisWorld::command({"SET", "key" + std::to_string(i), std::string(100, 'v') + std::to_string(i)}));
  for (int i = 0; i < 1000; ++i) commands.push_back(RedisWorld::command({"GET", "key" + std::to_string(i)}));
  const auto answers = world.thread().run(world.client->ask_all(std::move(commands)));
  REQUIRE(answers.size() == 2000);
  for (std::size_t i = 0; i < 1000; ++i) {
    REQUIRE(answers[1000 + i]);
    REQUIRE(answers[1000 + i]->text == std::string(100, 'v') + std::to_string(i));
  }
  // its own, and the one that asks
  CHECK(server.ask({"INFO", "clients"}).find("connected_clients:2") != std::string::npos);
}

TEST_CASE("Redis client: an error is an error, and what the server said besides is not repeated [issue 12]") {
  RedisServer server;
  RedisWorld world(test::address_of(server));
  CHECK(world.text({"SET", "k", "v"}) == "OK");
  const auto wrong = world.ask({"INCR", "k"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == base::ErrorCode::internal);
  CHECK(world.text({"GET", "k"}) == "v");
}

TEST_CASE("Redis client: a server that is full has answered, one that is away has not [issue 12]") {
  RedisServer server({"--maxmemory", "1"});
  RedisWorld world(test::impatient_address_of(server));
  const auto full = world.ask({"SET", "k", "v"});
  REQUIRE_FALSE(full);
  CHECK(full.error().code == base::ErrorCode::overloaded);
  CHECK(storage::RedisClient::has_answered(full));
  CHECK(storage::RedisClient::has_answered(world.ask({"GET", "k"})));
  server.kill();
  const auto away = world.ask({"GET", "k"});
  REQUIRE_FALSE(away);
  CHECK(away.error().code == base::ErrorCode::unavailable);
  CHECK_FALSE(storage::RedisClient::has_answered(away));
}

TEST_CASE("Redis client: a script is sent once, and again after the server has forgotten it [issue 12]") {
  RedisServer server;
  RedisWorld world(test::address_of(server));
  const storage::RedisScript script("return {KEYS[1], ARGV[1]}");
  for (int i = 0; i < 3; ++i) {
    const auto answer = world.thread().run(world.client->run(script, "k", {"a" + std::to_string(i)}));
    REQUIRE(answer);
    CHECK(answer->items.at(1).text == "a" + std::to_string(i));
    if (i == 1) CHECK(server.ask({"SCRIPT", "FLUSH"}) == "OK");
  }
}

TEST_CASE("Redis client: password, user and database; a wrong one is unavailable, and not said [issue 12]") {
  RedisServer server({"--requirepass", "open sesame"});
  auto address = test::address_of(server);
  {
    RedisWorld world(address);
    CHECK(world.text({"GET", "k"}) == "unavailable");
  }
  address.login.password = base::Secret("open sesame");
  address.database = 5;
  {
    RedisWorld world(address);
    CHECK(world.text({"SET", "k", "v"}) == "OK");
    CHECK(world.ask(
        storage::RedisCommand("ACL").word("SETUSER").word("router").word("on").word(">pw").word("~*").word("&*").word(
            "+@all")));
  }
  address.login = {"router", base::Secret("pw")};
  {
    RedisWorld world(address);
    CHECK(world.text({"GET", "k"}) == "v");
  }
  address.login.password = base::Secret("wrong");
  RedisWorld world(address);
  const auto refused = world.ask({"GET", "k"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("wrong") == std::string::npos);
}

TEST_CASE(
    "Redis client: killed and started again, it is back by itself; what may have run is not sent twice [issue 12]") {
  RedisServer server;
  RedisWorld world(test::address_of(server));
  CHECK(world.text({"SET", "k", "v"}) == "OK");
  server.kill();
  CHECK(world.text({"SET", "k", "w"}) == "unavailable");
  // at once, as long as nobody is there
  CHECK(world.text({"SET", "k", "w"}) == "unavailable");
  const auto before = world.client->epoch();
  server.start();
  CHECK(world.comes_to_say({"SET", "k", "w"}, "OK"));
  CHECK(world.client->epoch() > before);
}

TEST_CASE("Redis client: one that accepts and says nothing, or nonsense, is away [issue 12]") {
  const test::Listener silent;
  storage::RedisAddress address;
  address.servers = {{"127.0.0.1", silent.port()}};
  address.command_timeout = base::milliseconds(200);
  SUBCASE("silent") {
    RedisWorld world(address);
    CHECK(world.text({"GET", "k"}) == "unavailable");
    CHECK(world.text({"GET", "k"}) == "unavailable");
  }
  SUBCASE("nonsense") {
    std::atomic<bool> stops = false;
    std::thread speaker([&] {
      while (!stops) {
        if (auto client = silent.accept(test::milliseconds(50))) client->send("HTTP/1.1 400 Bad Request\r\n\r\n");
      }
    });
    {
      RedisWorld world(address);
      CHECK(world.text({"GET", "k"}) == "unavailable");
    }
    stops = true;
    speaker.join();
  }
  SUBCASE("stopped in the middle, and going on later") {
    RedisServer server;
    address.servers = {{"127.0.0.1", server.port()}};
    RedisWorld world(address);
    CHECK(world.text({"SET", "k", "v"}) == "OK");
    server.stop();
    CHECK(world.text({"GET", "k"}) == "unavailable");
    server.go_on();
    CHECK(world.comes_to_say({"GET", "k"}, "v"));
  }
  SUBCASE("silent for a moment: who asks after it waits for the next connection") {
    RedisServer server;
    address.servers = {{"127.0.0.1", server.port()}};
    address.command_timeout = base::milliseconds(1'000);
    RedisWorld world(address);
    CHECK(world.text({"SET", "k", "v"}) == "OK");
    server.stop();
    CHECK(world.text({"GET", "k"}) == "unavailable");
    server.go_on();
    CHECK(world.text({"GET", "k"}) == "v");
  }
  SUBCASE("silent from now on: one time-out is waited for, however many ask one after the other") {
    RedisServer server;
    address.servers = {{"127.0.0.1", server.port()}};
    address.command_timeout = base::milliseconds(1'000);
    RedisWorld world(address);
    CHECK(world.text({"SET", "k", "v"}) == "OK");
    server.stop();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i) CHECK(world.text({"GET", "k"}) == "unavailable");
    CHECK(std::chrono::steady_clock::now() - began < 2 * address.command_timeout);
    server.go_on();
    CHECK(world.comes_to_say({"GET", "k"}, "v"));
  }
  SUBCASE("nobody there") {
    address.servers = {{"127.0.0.1", test::refusing_port()}};
    RedisWorld world(address);
    CHECK(world.text({"GET", "k"}) == "unavailable");
  }
}

TEST_CASE("Redis client: over TLS the certificate has to be somebody's whom we trust, and the host's [issue 12]") {
  const test::Authority authority;
  const auto right = authority.issue("IP:127.0.0.1", "right");
  const auto other = authority.issue("DNS:elsewhere.example", "other");
  const auto serve = [&](const test::CertificateFiles& files) {
    const auto port = test::free_redis_port();
    auto server = std::make_unique<RedisServer>(std::vector<std::string>{
        "--tls-port", std::to_string(port), "--tls-cert-file", files.certificate, "--tls-key-file", files.key,
        "--tls-ca-cert-file", authority.file(), "--tls-auth-clients", "no"});
    return std::make_pair(port, std::move(server));
  };
  const auto [port, server] = serve(right);
  const auto [other_port, other_server] = serve(other);
  const auto answer = [](std::uint16_t at, net::PeerTls tls) {
    tls.is_on = true;
    storage::RedisAddress address;
    address.servers = {{"127.0.0.1", at}};
    address.tls = tls;
    return RedisWorld(address).text({"ECHO", "hello"});
  };
  CHECK(answer(port, {.ca_files = {authority.file()}}) == "hello");
  CHECK(answer(port, {}) == "unavailable");
  CHECK(answer(port, {.verify = false}) == "hello");
  CHECK(answer(other_port, {.ca_files = {authority.file()}}) == "unavailable");
  CHECK(answer(other_port, {.verify_host = false, .ca_files = {authority.file()}}) == "hello");
  CHECK(answer(other_port, {.verify_host = false}) == "unavailable");
}
