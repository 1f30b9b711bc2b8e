// INCOMING_REQUEST_TIMEOUT, INCOMING_CONNECTION_TIMEOUT, SERVER_KEEP_ALIVE, HEADER_TIMEOUT towards clients.
#include <doctest/doctest.h>

#include "e2e/proxy_fixture.h"

namespace router::test::timeouts_test {
namespace {

// Longer than the precision of a deadline.
constexpr milliseconds kPause{300};

}  // namespace

TEST_CASE("timeouts: 0 is none, for the request, for standing still and between requests [N10]") {
  for (const char* name : {"INCOMING_REQUEST_TIMEOUT", "INCOMING_CONNECTION_TIMEOUT", "SERVER_KEEP_ALIVE"}) {
    CAPTURE(name);
    RecordingBackend backend;
    auto setup = setup_for(backend.origin());
    setup.environment[name] = "0";
    RouterProcess router(setup);
    RawClient client(router.port());
    const auto request = make_request("POST", "/app/x", {{"Content-Length", "6"}});
    client.send(request.substr(0, 20));
    CHECK(client.stays_silent(kPause));
    client.send(request.substr(20) + "abc");
    CHECK(client.stays_silent(kPause));
    client.send("def");
    CHECK(client.read().status() == 200);
    CHECK(client.stays_silent(kPause));
    client.send(make_request("GET", "/app/again"));
    CHECK(client.read().body == "/app/again");
    CHECK(backend.requests_to("/app/x").at(0).body == "abcdef");
  }
}

TEST_CASE("timeouts: INCOMING_REQUEST_TIMEOUT bounds the head, too, and HEADER_TIMEOUT where that is smaller [N10]") {
  struct Row {
    const char* request;
    const char* head;
  };
  for (const Row& row : {Row{"400", "10s"}, Row{"0", "400ms"}, Row{"60s", "400ms"}}) {
    CAPTURE(row.request);
    RecordingBackend backend;
    auto setup = setup_for(backend.origin());
    setup.environment["INCOMING_REQUEST_TIMEOUT"] = row.request;
    setup.environment["HEADER_TIMEOUT"] = row.head;
    RouterProcess router(setup);
    RawClient client(router.port());
    client.send("GET /app/x HTTP/1.1\r\nHost: app.exa");
    CHECK(client.read(milliseconds(5'000)).status() == 408);
    CHECK(client.ends());
  }
}

TEST_CASE(
    "timeouts: INCOMING_CONNECTION_TIMEOUT ends what stands still: idle connections, half heads, half bodies [K19]") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["INCOMING_CONNECTION_TIMEOUT"] = "1000";
  RouterProcess router(setup);
  SUBCASE("one that never says a word") {
    RawClient client(router.port());
    CHECK(client.ends());
  }
  SUBCASE("one that waits between requests") {
    RawClient client(router.port());
    client.send(make_request("GET", "/app/x"));
    CHECK(client.read().status() == 200);
    CHECK(client.ends());
  }
  SUBCASE("half a head") {
    RawClient client(router.port());
    client.send("GET /app/x HTTP/1.1\r\nHost: app.exa");
    CHECK(client.read().status() == 408);
    CHECK(client.ends());
  }
  SUBCASE("half a body") {
    RawClient client(router.port());
    client.send(make_request("POST", "/app/x", {{"Content-Length", "6"}}) + "abc");
    CHECK(client.read().status() == 408);
    CHECK(client.ends());
  }
  SUBCASE("a head that goes on does not stand still") {
    RawClient client(router.port());
    const auto request = make_request("GET", "/app/x");
    for (std::size_t at = 0; at < request.size(); at += 8) {
      client.send(request.substr(at, 8));
      if (at < 40) CHECK(client.stays_silent(kPause));
    }
    CHECK(client.read().status() == 200);
  }
}

}  // namespace router::test::timeouts_test
