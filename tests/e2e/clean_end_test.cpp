// Only a clean end completes an answer that ends with its connection (RFC 9112 section 8); whatever else is
// cut short is cut short towards the client, too.
#include <doctest/doctest.h>

#include "e2e/proxy_fixture.h"
#include "support/tls_peers.h"

namespace router::test::clean_end_test {
namespace {

const std::string kEndFields = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
const std::string kUntilClose = kEndFields + "Connection: close\r\n\r\nhello";
const std::string kOldUntilClose = "HTTP/1.0 200 OK\r\n\r\nhello";
const std::string kEndsTooShort = kEndFields + "Content-Length: 10\r\n\r\nhello";
const std::string kEndsUnfinished = kEndFields + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";

struct EndRow {
  const char* what;
  std::string answer;
  bool completes;  // if it ends cleanly
};

const EndRow kEndRows[] = {{"until close", kUntilClose, true},
                           {"HTTP/1.0 until close", kOldUntilClose, true},
                           {"shorter than announced", kEndsTooShort, false},
                           {"chunks without the last one", kEndsUnfinished, false}};

// What a client of HTTP/1.1 or 1.0 makes of it.
bool is_whole(std::uint16_t port, const char* version) {
  RawClient client(port);
  client.send(std::string("GET /app/x HTTP/") + version + "\r\nHost: app.example\r\n\r\n");
  if (std::string_view(version) == "1.1") return client.read().complete;
  return client.ends() && !client.was_reset();
}

}  // namespace

TEST_CASE("clean end: a plain answer without length is whole after FIN and cut after RST [N6]") {
  for (const EndRow& row : kEndRows) {
    for (const bool reset : {false, true}) {
      for (const char* version : {"1.1", "1.0"}) {
        CAPTURE(row.what);
        CAPTURE(reset);
        CAPTURE(version);
        RecordingBackend backend;
        backend.on("/app/x", [&](Conversation& conversation) {
          conversation.send(row.answer);
          // the answer has been read before the reset overtakes it
          if (reset) eventually([&] { return false; }, milliseconds(100));
          reset ? conversation.reset() : conversation.close();
        });
        const RouterProcess router(setup_for(backend.origin()));
        CHECK(is_whole(router.port(), version) == (row.completes && !reset));
      }
    }
  }
}

TEST_CASE("clean end: a TLS answer without length is whole after close_notify and cut without it [N6]") {
  const Authority authority;
  for (const EndRow& row : kEndRows) {
    for (const auto end : {TlsBackend::End::told, TlsBackend::End::truncated, TlsBackend::End::reset}) {
      for (const char* version : {"1.1", "1.0"}) {
        CAPTURE(row.what);
        CAPTURE(static_cast<int>(end));
        CAPTURE(version);
        TlsBackend backend(authority.issue("IP:127.0.0.1", "right"));
        backend.answer_and_end(row.answer, end);
        auto setup = setup_for(backend.origin());
        setup.environment["XS_CACERT_PATH"] = authority.file();
        const RouterProcess router(setup);
        CHECK(is_whole(router.port(), version) == (row.completes && end == TlsBackend::End::told));
      }
    }
  }
}

TEST_CASE("clean end: what was cut reaches a TLS client without close_notify [N6]") {
  const Authority authority;
  const auto files = authority.issue("DNS:app.example", "app");
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    RecordingBackend backend;
    backend.on("/app/x", [&](Conversation& conversation) {
      conversation.send(kUntilClose);
      if (reset) eventually([&] { return false; }, milliseconds(100));
      reset ? conversation.reset() : conversation.close();
    });
    auto setup = setup_for(backend.origin());
    setup.environment["TLS_CERT"] = files.certificate;
    setup.environment["TLS_KEY"] = files.key;
    const RouterProcess router(setup);
    TlsClient client(router.port(), TLS1_3_VERSION);
    CHECK(client.send("GET /app/x HTTP/1.0\r\nHost: app.example\r\n\r\n"));
    CHECK(client.is_told_the_end() == !reset);
  }
}

}  // namespace router::test::clean_end_test
