// Answers of back-ends and proxies that are unusual, and taken all the same (RFC 9112, RFC 9110).
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <mutex>
#include <thread>

#include "e2e/proxy_fixture.h"
#include "support/tls_peers.h"

namespace router::test::back_end_answers_test {
namespace {

std::string answer_with_fields(std::size_t count, std::size_t value_bytes) {
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";
  for (std::size_t i = 1; i < count; ++i)
    answer += "X-F" + std::to_string(i) + ": " + std::string(value_bytes, 'v') + "\r\n";
  return answer + "\r\nok";
}

// A proxy on ::1 that answers CONNECT, and then the request through it.
class V6Proxy {
 public:
  V6Proxy() : listener_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_.fd(), generic, size) == 0);
    REQUIRE(::listen(listener_.fd(), 8) == 0);
    REQUIRE(::getsockname(listener_.fd(), generic, &size) == 0);
    port_ = ntohs(address.sin6_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~V6Proxy() { thread_.join(); }
  std::uint16_t port() const { return port_; }
  std::string first_line() {
    const std::lock_guard lock(mutex_);
    return received_.substr(0, received_.find("\r\n"));
  }

 private:
  void serve() {
    if (!listener_.wait_readable(in(kPatience))) return;
    const Socket client(::accept(listener_.fd(), nullptr, nullptr));
    for (const char* answer :
         {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\nthrough the proxy"}) {
      std::string head;
      while (head.find("\r\n\r\n") == std::string::npos && client.receive(head, in(kPatience)) == Received::data)
        continue;
      {
        const std::lock_guard lock(mutex_);
        received_ += head;
      }
      client.send(answer);
    }
  }

  Socket listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::string received_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("back-end answers: a status line without the blank behind the status is taken [N15]") {
  for (const char* line : {"HTTP/1.1 200\r\n", "HTTP/1.0 200\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.1 200 OK\r\n"}) {
    CAPTURE(line);
    ProxyFixture fixture;
    fixture.backend.on("/app/bare", answers(std::string(line) + "Content-Length: 2\r\n\r\nok"));
    const auto answer = fixture.ask(make_request("GET", "/app/bare"));
    CHECK(answer.status() == 200);
    CHECK(answer.body == "ok");
    fixture.backend.on("/app/interim", answers("HTTP/1.1 103\r\nLink: </a>\r\n\r\n" + std::string(line) +
                                               "Content-Length: 2\r\n\r\nok"));
    CHECK(fixture.ask(make_request("GET", "/app/interim")).body == "ok");
  }
}

TEST_CASE("back-end answers: a thousand fields and 64 KB of head are taken, more are 502 [N15]") {
  ProxyFixture fixture;
  struct Row {
    const char* path;
    std::string answer;
    int status;
  };
  for (const Row& row :
       {Row{"/app/fields", answer_with_fields(1'000, 4), 200}, Row{"/app/bytes", answer_with_fields(60, 1'000), 200},
        Row{"/app/one", answer_with_fields(2, 60'000), 200}, Row{"/app/many", answer_with_fields(1'001, 4), 502},
        Row{"/app/much", answer_with_fields(70, 1'000), 502}}) {
    CAPTURE(row.path);
    fixture.backend.on(row.path, answers(row.answer));
    const auto answer = fixture.ask(make_request("GET", row.path));
    CHECK(answer.status() == row.status);
    if (row.status == 200) CHECK(answer.body == "ok");
  }
  // and a large body behind a large head
  fixture.backend.on("/app/large", answers("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nX-F: " +
                                           std::string(50'000, 'v') + "\r\n\r\n" + std::string(1'000'000, 'b')));
  CHECK(fixture.ask(make_request("GET", "/app/large")).body.size() == 1'000'000);
}

TEST_CASE("back-end answers: trailers that name framing are dropped, and the body is whole [N15]") {
  for (const char* trailer : {"Content-Length: 3", "content-length: x", "Transfer-Encoding: chunked",
                              "Connection: close, @", "Upgrade: h2c", "Trailer: a"}) {
    CAPTURE(trailer);
    ProxyFixture fixture;
    fixture.backend.on("/app/chunked",
                       answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" +
                               std::string(trailer) + "\r\nX-Sum: 1\r\n\r\n"));
    RawClient client(fixture.router.port());
    client.send(make_request("GET", "/app/chunked", {{"TE", "trailers"}, {"Connection", "TE"}}));
    const auto answer = client.read();
    CHECK(answer.complete);
    CHECK(answer.body == "hello");
    CHECK(client.received().find("X-Sum: 1") != std::string::npos);
    client.send(make_request("GET", "/app/next"));
    CHECK(client.read().body == "/app/next");
  }
}

TEST_CASE("back-end answers: interim ones of a proxy before CONNECT's 200 are taken, without end they are 502 [N15]") {
  RecordingBackend proxy;
  const std::string interim = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103\r\nLink: </a>\r\n\r\n";
  proxy.on("app.internal:8080", answers(interim + "HTTP/1.1 200 OK\r\n\r\n"));
  const RouterProcess router(
      setup_for("http://app.internal:8080", {{"proxyHost", "127.0.0.1"}, {"proxyPort", proxy.port()}}));
  CHECK(ask(router.port(), make_request("GET", "/app/x")).body == "/app/x");
  std::string endless;
  for (int i = 0; i < 20; ++i) endless += interim;
  proxy.on("app.internal:8080", answers(endless));
  const RouterProcess fresh(
      setup_for("http://app.internal:8080", {{"proxyHost", "127.0.0.1"}, {"proxyPort", proxy.port()}}));
  CHECK(ask(fresh.port(), make_request("GET", "/app/x")).status() == 502);
}

TEST_CASE("proxy: proxyHost can be an IPv6 address, with brackets or without [N16]") {
  for (const char* host : {"::1", "[::1]", "0:0:0:0:0:0:0:1"}) {
    CAPTURE(host);
    V6Proxy proxy;
    const RouterProcess router(
        setup_for("http://app.internal:8080", {{"proxyHost", host}, {"proxyPort", proxy.port()}}));
    CHECK(ask(router.port(), make_request("GET", "/app/x")).body == "through the proxy");
    CHECK(proxy.first_line() == "CONNECT app.internal:8080 HTTP/1.1");
  }
}

TEST_CASE("back-end answers: bytes that a TLS back-end sent behind its answer never reach another request [N7]") {
  const Authority authority;
  TlsBackend backend(authority.issue("IP:127.0.0.1", "server"));
  // one TLS record, and the surplus in the next, which has come along with it
  constexpr std::size_t kRecord = 16 * 1024;
  for (const char* surplus :
       {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Second: yes\r\n\r\nsecond", "x", "HTTP/1.1 200 OK\r\n"}) {
    CAPTURE(std::string(surplus));
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 16000\r\nX-Pad: ";
    answer += std::string(kRecord - 16'000 - answer.size() - 4, 'p') + "\r\n\r\n" + std::string(16'000, 'b');
    backend.answer_and_stay(answer + surplus);
    auto setup = setup_for(backend.origin(), {{"strictSSL", false}});
    setup.environment["THREADS"] = "1";  // one pool: the back-end serves one connection at a time
    const RouterProcess router(setup);
    for (int i = 0; i < 4; ++i) {
      const auto got = ask(router.port(), make_request("GET", "/app/x"));
      CHECK(got.status() == 200);
      CHECK(got.body == std::string(16'000, 'b'));
      CHECK_FALSE(got.has("X-Second"));
    }
  }
}

}  // namespace router::test::back_end_answers_test
