// What passes between client and back-end, and what the router adds and takes away (docs/contract/http.md
// "Forwarding").
#include <doctest/doctest.h>

#include "e2e/proxy_fixture.h"

namespace router::test::forwarding_test {

TEST_CASE("forwarding: connections are kept alive on both sides") {
  ProxyFixture fixture;
  RawClient client(fixture.router.port());
  for (int i = 0; i < 20; ++i) {
    client.send(make_request("GET", "/app/" + std::to_string(i)));
    CHECK(client.read().body == "/app/" + std::to_string(i));
  }
  CHECK(fixture.backend.connections_accepted() == 1);
}

TEST_CASE("forwarding: pipelined requests are answered in order") {
  ProxyFixture fixture;
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += i % 2 == 0 ? make_request("GET", "/app/" + std::to_string(i))
                           : make_request("POST", "/app/" + std::to_string(i), {}, "body " + std::to_string(i));
  }
  RawClient client(fixture.router.port());
  client.send(requests);
  for (int i = 0; i < 50; ++i) CHECK(client.read().body == "/app/" + std::to_string(i));
  CHECK(fixture.backend.requests_to("/app/49").at(0).body == "body 49");
}

TEST_CASE("forwarding: the back-end learns who asked, for what, and nothing the client made up") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["TRUSTED_PROXIES"] = "none";
  RouterProcess router(setup);
  ask(router.port(), make_request("GET", "/app/x?q=1",
                                  {{"X-Forwarded-For", "9.9.9.9"},
                                   {"X_Forwarded_Host", "evil.example"},
                                   {"Forwarded", "for=9.9.9.9"},
                                   {"Connection", "X-Hop"},
                                   {"X-Hop", "hop"},
                                   {"Proxy-Authorization", "Basic eDp5"},
                                   {"X-Own", "kept"}}));
  const auto request = backend.requests().at(0);
  CHECK(request.target() == "/app/x?q=1");
  CHECK(request.field("Host") == "127.0.0.1:" + std::to_string(backend.port()));
  CHECK(request.field("X-Own") == "kept");
  CHECK(request.field("X-Forwarded-For") == "127.0.0.1");
  CHECK(request.field("X-Forwarded-Host") == "app.example");
  CHECK(request.field("X-Forwarded-Proto") == "http");
  CHECK(request.has("X-Request-Id"));
  CHECK(request.has("X-CorrelationId"));
  CHECK(request.has("Traceparent"));
  for (const char* name : {"X_Forwarded_Host", "Forwarded", "X-Hop", "Proxy-Authorization"}) {
    CAPTURE(name);
    CHECK_FALSE(request.has(name));
  }
}

TEST_CASE("forwarding: a trusted proxy's x-forwarded-for is appended to") {
  ProxyFixture fixture;
  fixture.ask(make_request("GET", "/app/x", {{"X-Forwarded-For", "203.0.113.7"}, {"X-Forwarded-Proto", "https,http"}}));
  const auto request = fixture.backend.requests().at(0);
  CHECK(request.field("X-Forwarded-For") == "203.0.113.7, 127.0.0.1");
  CHECK(request.field("X-Forwarded-Proto").starts_with("https"));
}

TEST_CASE("forwarding: the log names the client that a trusted proxy saw, whatever the client wrote before it [S3]") {
  ProxyFixture fixture;
  fixture.ask(make_request("GET", "/app/x", {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "203.0.113.7:4711"}}));
  CHECK(fixture.backend.requests().at(0).field("X-Forwarded-For") == "6.6.6.6, 203.0.113.7:4711, 127.0.0.1");
  CHECK(fixture.router.logs("\"client\":\"203.0.113.7\""));
}

TEST_CASE("forwarding: answers that have no body have none, whatever their fields say") {
  ProxyFixture fixture;
  fixture.backend.on("/app/204", answers("HTTP/1.1 204 No Content\r\nX-Kind: none\r\n\r\n"));
  fixture.backend.on("/app/304", answers("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 1000\r\n\r\n"));
  RawClient client(fixture.router.port());
  struct Row {
    const char* method;
    const char* path;
    int status;
  };
  for (const Row row : {Row{"HEAD", "/app/x", 200}, Row{"GET", "/app/204", 204}, Row{"GET", "/app/304", 304},
                        Row{"GET", "/app/end", 200}}) {
    CAPTURE(row.path);
    client.send(make_request(row.method, row.path));
    const auto answer = client.read(kPatience, row.method);
    CHECK(answer.status() == row.status);
    CHECK(answer.complete);
  }
  CHECK(fixture.backend.connections_accepted() == 1);
}

TEST_CASE("forwarding: HEAD keeps the length that GET would have") {
  ProxyFixture fixture;
  const auto answer = fixture.ask(make_request("HEAD", "/app/something"));
  CHECK(answer.field("Content-Length") == "14");
  CHECK(answer.body.empty());
}

TEST_CASE("forwarding: a chunked answer arrives chunked, and as length-less text at an HTTP/1.0 client") {
  ProxyFixture fixture;
  fixture.backend.on(
      "/app/chunked",
      answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"));
  const auto answer = fixture.ask(make_request("GET", "/app/chunked"));
  CHECK(answer.chunked);
  CHECK(answer.body == "hello world");

  RawClient old(fixture.router.port());
  old.send("GET /app/chunked HTTP/1.0\r\n\r\n");
  CHECK(old.ends());
  CHECK(old.received().ends_with("\r\n\r\nhello world"));
}

TEST_CASE("forwarding: an answer that ends with the connection arrives whole") {
  ProxyFixture fixture;
  fixture.backend.on("/app/old", answers_and_closes("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"));
  RawClient client(fixture.router.port());
  for (int i = 0; i < 2; ++i) {
    client.send(make_request("GET", "/app/old"));
    const auto answer = client.read();
    CHECK(answer.complete);
    CHECK(answer.body == "hello");
  }
}

TEST_CASE("forwarding: a client that waits for 100 gets the back-end's, and then sends") {
  ProxyFixture fixture;
  RawClient client(fixture.router.port());
  client.send("POST /app/x HTTP/1.1\r\nHost: app.example\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(eventually([&] {
    return client.received().find("100 Continue") != std::string::npos || !client.read_piece(milliseconds(10)).empty();
  }));
  CHECK(client.received().starts_with("HTTP/1.1 100"));
  client.send("hello");
  CHECK(client.read().status() == 200);
  CHECK(fixture.backend.requests().at(0).body == "hello");
}

TEST_CASE("forwarding: a back-end that refuses instead of 100 is relayed, and the body is not waited for") {
  ProxyFixture fixture;
  fixture.backend.on("/app/no",
                     answers_early("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"));
  const auto answer = fixture.ask(
      "POST /app/no HTTP/1.1\r\nHost: app.example\r\nExpect: 100-continue\r\nContent-Length: 500000\r\n\r\n");
  CHECK(answer.status() == 413);
}

TEST_CASE("forwarding: early hints pass") {
  ProxyFixture fixture;
  fixture.backend.on("/app/hints", answers("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 "
                                           "200 OK\r\nContent-Length: 2\r\n\r\nok"));
  const auto answer = fixture.ask(make_request("GET", "/app/hints"));
  REQUIRE(answer.interim.size() == 1);
  CHECK(answer.interim[0].field("Link") == "</a.css>; rel=preload");
  CHECK(answer.body == "ok");
}

TEST_CASE("forwarding: trailers pass to a client that says TE: trailers, and to no other") {
  ProxyFixture fixture;
  fixture.backend.on(
      "/app/t",
      answers(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n"));
  const auto with = fixture.ask(make_request("GET", "/app/t", {{"TE", "trailers"}, {"Connection", "TE"}}));
  REQUIRE(with.trailers.size() == 1);
  CHECK(with.trailers[0].second == "42");
  CHECK(fixture.ask(make_request("GET", "/app/t")).trailers.empty());
}

TEST_CASE("forwarding: a request's trailers reach the back-end, except those that name identity") {
  ProxyFixture fixture;
  fixture.ask(
      "POST /app/x HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\nTrailer: "
      "X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n");
  CHECK(fixture.backend.requests().at(0).body == "ok");
  CHECK(fixture.backend.requests().at(0).trailers.size() == 1);
  const auto refused = fixture.ask(
      "POST /app/x HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2\r\nok\r\n0\r\nX-Forwarded-User: admin\r\n\r\n");
  CHECK(refused.status() == 400);
  CHECK(fixture.backend.requests().size() == 1);
}

TEST_CASE("forwarding: a back-end's Connection: close does not close the client's connection") {
  ProxyFixture fixture;
  fixture.backend.on("/app/close",
                     answers_and_closes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
  RawClient client(fixture.router.port());
  for (int i = 0; i < 3; ++i) {
    client.send(make_request("GET", "/app/close"));
    const auto answer = client.read();
    CHECK(answer.body == "ok");
    CHECK(answer.field("Connection") != "close");
  }
  CHECK(fixture.backend.connections_accepted() == 3);
}

TEST_CASE("forwarding: a kept-alive connection that the back-end closed meanwhile is not the client's problem") {
  ProxyFixture fixture;
  fixture.backend.on("/app/once", answers_and_closes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  RawClient client(fixture.router.port());
  for (int i = 0; i < 20; ++i) {
    client.send(make_request("GET", "/app/once"));
    CHECK(client.read().status() == 200);
  }
  CHECK(fixture.backend.count("/app/once") == 20);
}

TEST_CASE("forwarding: a POST that a dying connection may have taken is not sent twice") {
  ProxyFixture fixture;
  fixture.backend.on("/app/post", [](Conversation& conversation) {
    conversation.read_body();
    conversation.reset();
  });
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/warm"));
  CHECK(client.read().status() == 200);
  client.send(make_request("POST", "/app/post", {}, "money"));
  CHECK(client.read().status() == 502);
  CHECK(fixture.backend.count("/app/post") == 1);
}

TEST_CASE("forwarding: an answer without Date is dated, whoever made it, and a date of the back-end stays [N14]") {
  const std::string date = "Fri, 01 Jan 2021 00:00:00 GMT";
  struct Row {
    const char* path;
    std::string answer;
  };
  const Row rows[] = {
      {"/app/plain", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
      {"/app/until-close", "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nno"},
      {"/app/empty", "HTTP/1.1 204 No Content\r\n\r\n"},
      {"/app/hidden", "HTTP/1.1 200 OK\r\nDate: " + date + "\r\nConnection: date\r\nContent-Length: 0\r\n\r\n"},
      {"/web/a.txt", ""},
      {"/nowhere", ""},
      {"/app/dated", "HTTP/1.1 200 OK\r\ndate: " + date + "\r\nContent-Length: 0\r\n\r\n"}};
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.add_route({{"source", "^/web/(.*)$"}, {"target", "$1"}, {"localDir", "web"}, {"authenticationType", "none"}});
  setup.files["web/a.txt"] = "static";
  const RouterProcess router(setup);
  for (const Row& row : rows) {
    CAPTURE(row.path);
    if (!row.answer.empty()) backend.on(row.path, answers_and_closes(row.answer));
    const auto answer = test::ask(router.port(), make_request("GET", row.path));
    const auto dates = answer.head.all("Date");
    REQUIRE(dates.size() == 1);
    CHECK((dates[0] == date) == (std::string_view(row.path) == "/app/dated"));
    CHECK(dates[0].ends_with(" GMT"));
  }
}

TEST_CASE("forwarding: Via names this router behind those that were there, and what comes round again is 508 [N14]") {
  ProxyFixture fixture;
  fixture.ask(make_request("GET", "/app/first", {{"Via", "1.0 edge"}}));
  fixture.ask("GET /app/old HTTP/1.0\r\nHost: app.example\r\n\r\n");
  const auto first = fixture.backend.requests_to("/app/first").at(0).head.all("Via");
  REQUIRE(first.size() == 2);
  CHECK(first[0] == "1.0 edge");
  CHECK(first[1].starts_with("1.1 xs-router-"));
  const auto old = fixture.backend.requests_to("/app/old").at(0).field("Via");
  CHECK(old == "1.0" + first[1].substr(3));
  fixture.backend.clear();
  for (const std::string& via : {first[1], "1.0 edge, " + first[1], first[1] + " (comment), 1.1 other",
                                 "HTTP/" + first[1], "1.1 other,\t" + first[1] + ",1.1 last"}) {
    CAPTURE(via);
    CHECK(fixture.ask(make_request("GET", "/app/again", {{"Via", "1.1 a"}, {"Via", via}})).status() == 508);
  }
  CHECK(fixture.backend.requests().empty());
  // another router in the chain is no loop, nor is a name that only begins like ours
  const ProxyFixture other;
  CHECK(ask(other.router.port(), make_request("GET", "/app/x", {{"Via", first[1]}})).status() == 200);
  CHECK(fixture.ask(make_request("GET", "/app/x", {{"Via", first[1] + "0"}})).status() == 200);
}

TEST_CASE("forwarding: a destination that leads back to the router is 508, not a storm [N14]") {
  const std::uint16_t port = Listener().port();
  auto setup = setup_for("http://127.0.0.1:" + std::to_string(port));
  setup.port = port;
  const RouterProcess router(setup);
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 508);
}

TEST_CASE("forwarding: nothing is read behind an answer whose framing is dubious [N21]") {
  const std::string rows[] = {
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
      "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"};
  for (const std::string& answer : rows) {
    CAPTURE(answer);
    ProxyFixture fixture;
    fixture.backend.on("/app/dubious", answers(answer));
    RawClient client(fixture.router.port());
    client.send(make_request("GET", "/app/dubious"));
    CHECK(client.read().complete);
    client.send(make_request("GET", "/app/next"));
    CHECK(client.read().body == "/app/next");
    CHECK(fixture.backend.connections_accepted() == 2);
  }
}

TEST_CASE("forwarding: too many names in Connection are 400 from a client and 502 from a back-end [N21]") {
  std::string names = "x-secret";
  for (int i = 0; i < 32; ++i) names = "x-" + std::to_string(i) + ", " + names;
  ProxyFixture fixture;
  fixture.backend.on("/app/many", answers("HTTP/1.1 200 OK\r\nConnection: " + names + "\r\nContent-Length: 0\r\n\r\n"));
  CHECK(fixture.ask(make_request("GET", "/app/x", {{"Connection", names}, {"x-secret", "1"}})).status() == 400);
  CHECK(fixture.backend.requests().empty());
  CHECK(fixture.ask(make_request("GET", "/app/many")).status() == 502);
}

}  // namespace router::test::forwarding_test
