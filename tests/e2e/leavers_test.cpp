// A client that leaves takes its request to the back-end with it, however it leaves and whatever it sent
// before.
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <sstream>

#include "e2e/proxy_fixture.h"
#include "support/tls_peers.h"

namespace router::test::leavers_test {
namespace {

enum class Leaving { fin, rst, close_notify };

const std::string kLastingGet = make_request("GET", "/app/lasting");
const std::string kPipelinedBehind = make_request("GET", "/app/next") + make_request("GET", "/app/last");
const std::string kLargePipelined = make_request("POST", "/app/next", {}, std::string(40'000, 'x'));
const std::string kLastingUpload = make_request("POST", "/app/lasting", {}, "body");

struct LeaverRow {
  const char* what;
  std::string sent;
  bool in_body;  // it leaves after the answer has begun
};

const LeaverRow kLeaverRows[] = {
    {"before the head", kLastingGet, false},
    {"in an event stream", kLastingGet, true},
    {"behind pipelined requests", kLastingGet + kPipelinedBehind, false},
    {"behind more pipelined bytes than are read ahead", kLastingGet + kLargePipelined, false},
    {"behind bytes that are no request", kLastingGet + "surplus\n", true},
    {"behind an upload", kLastingUpload, false},
    {"behind an upload and a pipelined request", kLastingUpload + kPipelinedBehind, true},
};

// A back-end whose requests last until the router ends them; counts those.
struct LastingBackend {
  LastingBackend() {
    backend.on("/app/lasting", [this](Conversation& conversation) {
      conversation.read_body();
      if (streams) {
        conversation.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            "7\r\ndata:a\n\r\n");
      }
      ++begun;
      ended += conversation.wait_until_gone(milliseconds(30'000)) ? 1 : 0;
    });
  }

  std::atomic<bool> streams{false};
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  RecordingBackend backend;
};

// Of sockets in /proc/net/tcp and tcp6 that are established: whether all with that port here, or there, have a
// keep-alive timer. False where there is none.
bool have_keep_alive(std::uint16_t port, bool here) {
  bool any = false;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    for (std::string line; std::getline(file, line);) {
      std::istringstream fields(line);
      std::string slot, local, remote, state, queues, timer;
      fields >> slot >> local >> remote >> state >> queues >> timer;
      const auto& address = here ? local : remote;
      if (state != "01" || std::stoul("0" + address.substr(address.find(':') + 1), nullptr, 16) != port) continue;
      if (!timer.starts_with("02:")) return false;
      any = true;
    }
  }
  return any;
}

}  // namespace

TEST_CASE("leavers: connections of clients, of tunnels and of back-ends are probed while nothing moves [N5]") {
  LastingBackend back_end;
  back_end.streams = true;
  const RouterProcess router(setup_for(back_end.backend.origin()));
  RawClient client(router.port());
  client.send(kLastingGet);
  CHECK(client.read_head().status() == 200);
  CHECK(eventually([&] { return have_keep_alive(router.port(), true); }));
  CHECK(eventually([&] { return have_keep_alive(back_end.backend.port(), false); }));
}

TEST_CASE("leavers: a plain client that leaves by FIN or RST is noticed, whatever it sent before [N5]") {
  LastingBackend back_end;
  const RouterProcess router(setup_for(back_end.backend.origin()));
  for (const LeaverRow& row : kLeaverRows) {
    for (const Leaving leaving : {Leaving::fin, Leaving::rst}) {
      CAPTURE(row.what);
      CAPTURE(leaving == Leaving::rst);
      back_end.streams = row.in_body;
      const int before = back_end.begun;
      RawClient client(router.port());
      CHECK(client.send(row.sent));
      REQUIRE(eventually([&] { return back_end.begun == before + 1; }));
      if (row.in_body) CHECK(client.read_head().status() == 200);
      if (leaving == Leaving::fin) client.close();
      if (leaving == Leaving::rst) client.reset();
      CHECK(eventually([&] { return back_end.ended == before + 1; }));
    }
  }
}

TEST_CASE("leavers: a TLS client is noticed by FIN, RST or close_notify, whatever it sent before [N5]") {
  const Authority authority;
  LastingBackend back_end;
  auto setup = setup_for(back_end.backend.origin());
  const auto files = authority.issue("DNS:app.example", "app");
  setup.environment["TLS_CERT"] = files.certificate;
  setup.environment["TLS_KEY"] = files.key;
  const RouterProcess router(setup);
  for (const LeaverRow& row : kLeaverRows) {
    for (const Leaving leaving : {Leaving::fin, Leaving::rst, Leaving::close_notify}) {
      // more than is read ahead hides what only TLS can say
      if (leaving == Leaving::close_notify && row.sent.size() > 10'000) continue;
      for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(row.what);
        CAPTURE(static_cast<int>(leaving));
        CAPTURE(version);
        back_end.streams = row.in_body;
        const int before = back_end.begun;
        TlsClient client(router.port(), version);
        CHECK(client.send(row.sent));
        REQUIRE(eventually([&] { return back_end.begun == before + 1; }));
        if (row.in_body) CHECK(client.read_piece().starts_with("HTTP/1.1 200"));
        if (leaving == Leaving::fin) client.close();
        if (leaving == Leaving::rst) client.reset();
        if (leaving == Leaving::close_notify) client.say_end();
        CHECK(eventually([&] { return back_end.ended == before + 1; }));
      }
    }
  }
}

// By RST: a FIN would wait behind bytes that no kernel takes, and nobody could see it.
TEST_CASE("leavers: a client that leaves in an upload that the back-end does not take is noticed [N5]") {
  std::atomic<bool> over{false};
  RecordingBackend backend;
  backend.on("/app/stuck", [&](Conversation&) { eventually([&] { return over.load(); }, milliseconds(30'000)); });
  const RouterProcess router(setup_for(backend.origin()));
  RawClient client(router.port());
  client.send("POST /app/stuck HTTP/1.1\r\nHost: app.example\r\nContent-Length: 100000000\r\n\r\n");
  const std::string piece(1'000'000, 'x');
  while (client.send(piece, milliseconds(200))) {
  }
  // of them one of the client and one of the back-end
  const auto during = router.open_descriptors();
  client.reset();
  CHECK(eventually([&] { return router.open_descriptors() + 2 <= during; }));
  over = true;
}

}  // namespace router::test::leavers_test
