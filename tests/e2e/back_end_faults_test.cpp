// Back-ends that are away, late, or wrong: what the client sees, and that it never sees a second response
// (docs/contract/http.md, docs/contract/reliability.md C6).
#include <doctest/doctest.h>

#include <atomic>

#include "e2e/proxy_fixture.h"
#include "support/fault_proxy.h"

namespace router::test::back_end_faults_test {
namespace {

constexpr const char* kGood = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
const std::string kSecond = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Second: yes\r\n\r\nsecond";

}  // namespace

TEST_CASE("back-end faults: refused is 502, with a page that names no host and no path") {
  const auto port = refusing_port();
  RouterProcess router(setup_for("http://127.0.0.1:" + std::to_string(port)));
  const auto answer = ask(router.port(), make_request("GET", "/app/secret-path", {{"Accept", "text/html"}}));
  CHECK(answer.status() == 502);
  CHECK(answer.field("Content-Type").starts_with("text/html"));
  CHECK(answer.body.find(std::to_string(port)) == std::string::npos);
  CHECK(answer.body.find("secret-path") == std::string::npos);
}

TEST_CASE("back-end faults: no answer in the destination's time is 504, and the connection is not used again") {
  RecordingBackend backend;
  backend.on("/app/hang", hangs());
  RouterProcess router(setup_for(backend.origin(), {{"timeout", 300}}));
  CHECK(ask(router.port(), make_request("GET", "/app/hang")).status() == 504);
  CHECK(eventually([&] { return backend.open_connections() == 0; }));
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 200);
}

TEST_CASE("back-end faults: after the head only a stall counts, not the whole time") {
  std::atomic<bool> is_over{false};  // the time of who came later
  RecordingBackend backend;
  backend.on("/app/hang", hangs());
  backend.on("/app/slow", [&is_over](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto may_end = [&is_over] { return is_over.load(); };
    while (!eventually(may_end, milliseconds(50)) && conversation.send("1\r\nx\r\n")) {
    }
    conversation.send("0\r\n\r\n");
  });
  backend.on("/app/stalls", [](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\nx");
    conversation.wait_until_gone(milliseconds(30'000));
  });
  RouterProcess router(setup_for(backend.origin(), {{"timeout", 700}}));
  RawClient slow(router.port());
  slow.send(make_request("GET", "/app/slow"));
  REQUIRE(backend.waits_for("/app/slow", 1));
  CHECK(ask(router.port(), make_request("GET", "/app/hang")).status() == 504);
  is_over = true;
  CHECK(slow.read().complete);
  RawClient stalled(router.port());
  stalled.send(make_request("GET", "/app/stalls"));
  CHECK_FALSE(stalled.read().complete);
  CHECK(stalled.ends());
}

TEST_CASE("back-end faults: one that dies in the middle of a body ends the client's connection, not hangs it") {
  for (const Cut cut : {Cut::close, Cut::reset}) {
    CAPTURE(static_cast<int>(cut));
    RecordingBackend backend;
    FaultProxy proxy(backend.port());
    backend.on("/app/length", answers("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')));
    backend.on("/app/chunked", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n" +
                                       std::string(512, 'x') + "\r\n0\r\n\r\n"));
    RouterProcess router(setup_for(proxy.origin()));
    proxy.towards_client({.cut_after = 300, .cut = cut});
    for (const char* path : {"/app/length", "/app/chunked"}) {
      CAPTURE(path);
      RawClient client(router.port());
      client.send(make_request("GET", path));
      CHECK_FALSE(client.read().complete);
      CHECK(client.ends());
    }
  }
}

TEST_CASE("back-end faults: a wrong answer is 502 or an aborted transfer, never a second response (C6)") {
  struct Row {
    const char* name;
    std::string answer;
    bool aborted;  // the head was good, so the client has it already
  };
  const std::vector<Row> rows = {
      {"length and chunked",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kSecond, false},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok" + kSecond, false},
      {"two equal lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok" + kSecond, false},
      {"length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nok" + kSecond, false},
      {"unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok" + kSecond, false},
      {"NUL in a field", std::string("HTTP/1.1 200 OK\r\nX-A: a") + '\0' + "b\r\nContent-Length: 2\r\n\r\nok" + kSecond,
       false},
      {"bare CR in a field", "HTTP/1.1 200 OK\r\nX-A: a\rb\r\nContent-Length: 2\r\n\r\nok" + kSecond, false},
      {"space before the colon", "HTTP/1.1 200 OK\r\nX-A : a\r\nContent-Length: 2\r\n\r\nok" + kSecond, false},
      {"no HTTP at all", "hello, how are you?\r\n\r\n", false},
      {"status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok" + kSecond, false},
      {"bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n" + kSecond, true},
      {"chunk without its end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX0\r\n\r\n" + kSecond,
       true},
      {"101 that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + kSecond, false},
  };
  ProxyFixture fixture;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    fixture.backend.clear();
    fixture.backend.on("/app/wrong", answers(row.answer));
    RawClient client(fixture.router.port());
    client.send(make_request("GET", "/app/wrong"));
    const auto answer = client.read();
    if (row.aborted) {
      CHECK_FALSE((answer.complete && answer.status() == 200));
    } else {
      CHECK(answer.status() == 502);
    }
    client.finish_sending();
    CHECK(client.ends());
    CHECK(client.received().find("X-Second") == std::string::npos);
    // the wrong connection is gone: the next request does not come on it
    CHECK(fixture.ask(make_request("GET", "/app/next")).status() == 200);
    for (const auto& connection : fixture.backend.connections()) CHECK(connection.requests.size() == 1);
  }
}

TEST_CASE("back-end faults: bytes after an answer are never the answer to the next request (C6)") {
  ProxyFixture fixture;
  fixture.backend.on("/app/too-much", answers(kGood + ("ok" + kSecond)));
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/too-much"));
  CHECK(client.read().body == "ok");
  client.send(make_request("GET", "/app/next"));
  CHECK(client.read().body == "/app/next");
  CHECK(client.received().find("X-Second") == std::string::npos);
}

TEST_CASE("back-end faults: interim answers without end, and heads without end, are 502 (C6)") {
  struct Row {
    const char* name;
    std::string again;
    std::string first;
  };
  for (const Row& row : {Row{"103 flood", "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", ""},
                         Row{"endless head", "X-Filler: " + std::string(1000, 'x') + "\r\n", "HTTP/1.1 200 OK\r\n"}}) {
    CAPTURE(row.name);
    ProxyFixture fixture;
    const auto before = fixture.router.resident_bytes();
    fixture.backend.on("/app/flood", [row](Conversation& conversation) {
      conversation.send(row.first);
      for (int i = 0; i < 100'000 && conversation.send(row.again); ++i) continue;
    });
    CHECK(fixture.ask(make_request("GET", "/app/flood")).status() == 502);
    if (!fixture.router.is_sanitized()) CHECK(fixture.router.resident_bytes() < before + 8 * 1024 * 1024);
    CHECK(fixture.ask(make_request("GET", "/app/next")).status() == 200);
  }
}

TEST_CASE(
    "back-end faults: an answer before the request's end is relayed, and what is left of the body is no request (C6)") {
  ProxyFixture fixture;
  fixture.backend.on("/app/early", answers_early("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
  const std::string smuggled = make_request("GET", "/app/smuggled");
  RawClient client(fixture.router.port());
  client.send("POST /app/early HTTP/1.1\r\nHost: app.example\r\nContent-Length: " +
              std::to_string(smuggled.size() + 5) + "\r\n\r\nhello");
  CHECK(client.read().status() == 403);
  client.send(smuggled);
  client.finish_sending();
  CHECK(client.ends());
  CHECK(fixture.backend.count("/app/smuggled") == 0);
}

TEST_CASE("back-end faults: a reset after the head ends the client's connection (C6)") {
  ProxyFixture fixture;
  fixture.backend.on("/app/reset", [](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
    conversation.reset();
  });
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/reset"));
  CHECK_FALSE(client.read().complete);
  CHECK(client.ends());
}

}  // namespace router::test::back_end_faults_test
