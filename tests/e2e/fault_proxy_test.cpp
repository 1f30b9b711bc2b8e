#include "support/fault_proxy.h"

#include <doctest/doctest.h>

#include "support/raw_client.h"
#include "support/recording_backend.h"

namespace router::test::fault_proxy_test {
namespace {

const std::string kRequest = make_request("GET", "/something");

}  // namespace

TEST_CASE("fault proxy: without a fault, bytes pass both ways and connections are kept alive") {
  RecordingBackend backend;
  FaultProxy proxy(backend.port());
  RawClient client(proxy.port());
  for (int i = 0; i < 3; ++i) {
    client.send(kRequest);
    CHECK(client.read().body == "/something");
  }
  CHECK(proxy.connections() == 1);
  CHECK(backend.count("/something") == 3);
}

TEST_CASE("fault proxy: a delay holds every piece back") {
  RecordingBackend backend;
  FaultProxy proxy(backend.port());
  proxy.towards_client({.delay = milliseconds(200)});
  RawClient client(proxy.port());
  const auto start = std::chrono::steady_clock::now();
  client.send(kRequest);
  CHECK(client.read().status() == 200);
  CHECK(std::chrono::steady_clock::now() - start >= milliseconds(200));
}

TEST_CASE("fault proxy: a throttle lets bytes through at its rate") {
  RecordingBackend backend;
  backend.on("/big", answers("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x')));
  FaultProxy proxy(backend.port());
  proxy.towards_client({.bytes_per_second = 10'000});
  RawClient client(proxy.port());
  const auto start = std::chrono::steady_clock::now();
  client.send(make_request("GET", "/big"));
  CHECK(client.read().body.size() == 2000);
  CHECK(std::chrono::steady_clock::now() - start >= milliseconds(150));
}

TEST_CASE("fault proxy: a cut ends the connection after exactly so many bytes") {
  struct Row {
    const char* name;
    Cut cut;
    bool ends;
    bool was_reset;
  };
  for (const Row row : {Row{"close", Cut::close, true, false}, Row{"reset", Cut::reset, true, true},
                        Row{"half-close", Cut::half_close, true, false}, Row{"swallow", Cut::swallow, false, false}}) {
    CAPTURE(row.name);
    RecordingBackend backend;
    FaultProxy proxy(backend.port());
    proxy.towards_client({.cut_after = 20, .cut = row.cut});
    RawClient client(proxy.port());
    client.send(kRequest);
    CHECK(client.ends(milliseconds(row.ends ? 3'000 : 100)) == row.ends);
    if (!row.was_reset) CHECK(client.received().size() == 20);
    CHECK(client.was_reset() == row.was_reset);
  }
}

TEST_CASE("fault proxy: a black hole swallows the request and tells nobody") {
  RecordingBackend backend;
  FaultProxy proxy(backend.port());
  proxy.towards_backend(kBlackHole);
  RawClient client(proxy.port());
  client.send(kRequest);
  CHECK(client.stays_silent(milliseconds(100)));
  CHECK(backend.requests().empty());
  proxy.heal();
  RawClient other(proxy.port());
  other.send(kRequest);
  CHECK(other.read().status() == 200);
}

TEST_CASE("fault proxy: a back-end that is away closes the client") {
  FaultProxy proxy(refusing_port());
  RawClient client(proxy.port());
  CHECK(client.ends());
}

}  // namespace router::test::fault_proxy_test
