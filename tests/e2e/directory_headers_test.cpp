// Directories as people write them: what answers carry (docs/compatibility.md).
#include <doctest/doctest.h>

#include "e2e/directory.h"

namespace router::test::directory_headers_test {

using Json = nlohmann::json;

TEST_CASE("directories: a back-end's own headers stay, configured ones stand where it has none [K3]") {
  Directory directory;
  directory.setup.descriptor["responseHeaders"] = {
      {{"name", "Content-Security-Policy"}, {"value", "default-src 'self'"}},
      {{"name", "Cache-Control"}, {"value", "max-age=77"}},
      {{"name", "X-Always"}, {"value", "router"}, {"override", true}}};
  directory.setup.environment["httpHeaders"] = R"([{"X-Env":"1"},{"X-Forced":"1","override":true}])";
  const std::string own =
      "content-security-policy: a\r\nContent-Security-Policy: b\r\nCACHE-CONTROL: private\r\nX-always: "
      "theirs\r\n"
      "x-env: \r\nX-Forced: theirs\r\nx-forced: theirs\r\n";
  directory.backend.on("/app/own", answers(answer_with("200 OK", own)));
  directory.backend.on("/app/fault", answers(answer_with("500 Internal Server Error", own)));
  directory.backend.on("/app/moved", answers(answer_with("302 Found", own + "Location: /x\r\n")));
  RouterProcess router(directory.setup);
  for (const char* method : {"GET", "HEAD", "POST"}) {
    for (const char* path : {"/app/own", "/app/fault", "/app/moved"}) {
      CAPTURE(method);
      CAPTURE(path);
      const auto answer = ask_for(router, path, {}, method);
      CHECK(answer.head.all("Content-Security-Policy") == std::vector<std::string>{"a", "b"});
      CHECK(answer.head.all("Cache-Control") == std::vector<std::string>{"private"});
      CHECK(answer.head.all("X-Env") == std::vector<std::string>{""});
      CHECK(answer.head.all("X-Always") == std::vector<std::string>{"router"});
      CHECK(answer.head.all("X-Forced") == std::vector<std::string>{"1"});
    }
  }
  const auto bare = ask_for(router, "/app/bare");
  for (const auto& [name, value] : {std::pair{"Content-Security-Policy", "default-src 'self'"},
                                    {"Cache-Control", "max-age=77"},
                                    {"X-Env", "1"},
                                    {"X-Always", "router"},
                                    {"X-Forced", "1"}}) {
    CHECK(bare.head.all(name) == std::vector<std::string>{value});
  }
}

TEST_CASE("directories: files, redirects and errors of the router have the configured headers, once each [K3]") {
  Directory directory;
  directory.setup.descriptor["welcomeFile"] = "/s/a.html";
  directory.setup.descriptor["responseHeaders"] = {{{"name", "X-Own"}, {"value", "1"}},
                                                   {{"name", "Cache-Control"}, {"value", "max-age=77"}}};
  directory.setup.environment["httpHeaders"] = R"([{"x-env":"2"}])";
  directory.setup.add_route({{"source", "^/c/(.*)$"},
                             {"target", "$1"},
                             {"localDir", "web"},
                             {"authenticationType", "none"},
                             {"cacheControl", "public, max-age=5"}});
  RouterProcess router(directory.setup);
  struct Row {
    std::string request;
    int status;
    const char* cache_control;
  };
  const Row rows[] = {
      {make_request("GET", "/s/a.html"), 200, "max-age=77"},
      {make_request("GET", "/c/a.html"), 200, "public, max-age=5"},
      {make_request("GET", "/c/sub"), 301, "public, max-age=5"},
      {make_request("GET", "/c/a.html", {{"Range", "bytes=0-1"}}), 206, "public, max-age=5"},
      {make_request("GET", "/"), 302, "no-store"},
      {make_request("GET", "/nowhere"), 404, "no-store"},
      {make_request("GET", "/s/nothing"), 404, "no-store"},
      {make_request("POST", "/s/a.html"), 405, "no-store"},
      {make_request("GET", "//s/a.html"), 400, "no-store"},
      {"GET /s/a.html HTTP/1.1\r\nHost: app.example\r\nX Y: z\r\n\r\n", 400, "no-store"},
      {"GET /s/a.html HTTP/1.1\r\n\r\n", 400, "no-store"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.request);
    const auto answer = ask(router.port(), row.request);
    CHECK(answer.status() == row.status);
    CHECK(answer.head.all("X-Own") == std::vector<std::string>{"1"});
    CHECK(answer.head.all("X-Env") == std::vector<std::string>{"2"});
    CHECK(answer.head.all("Cache-Control") == std::vector<std::string>{row.cache_control});
  }
}

TEST_CASE("directories: x-request-id is on every answer, once, and a back-end's own gives way [K4]") {
  Directory directory;
  const std::string theirs = "X-Request-ID: theirs\r\nx-request-id: theirs too\r\nX_Request_Id: theirs\r\n";
  directory.backend.on("/app/200", answers(answer_with("200 OK", theirs)));
  directory.backend.on("/app/404", answers(answer_with("404 Not Found", theirs)));
  directory.backend.on("/app/302", answers(answer_with("302 Found", theirs + "Location: /x\r\n")));
  directory.backend.on("/app/304", answers("HTTP/1.1 304 Not Modified\r\n" + theirs + "\r\n"));
  directory.backend.on("/app/204", answers("HTTP/1.1 204 No Content\r\n" + theirs + "\r\n"));
  directory.backend.on("/app/broken", answers_and_closes("nonsense\r\n\r\n"));
  directory.setup.environment["LIMIT_BODY_BYTES"] = "10";
  RouterProcess router(directory.setup);
  const std::string id = "x-request-id: mine\r\n";
  const std::string host = "Host: app.example\r\n";
  const auto plain = [&](std::string_view line, const std::string& more = {}) {
    return std::string(line) + "\r\n" + host + id + more + "\r\n";
  };
  struct Row {
    std::string request;
    int status;
    bool is_read = true;  // so that the client's own id is known
  };
  const Row rows[] = {
      {plain("GET /app/200 HTTP/1.1"), 200},
      {plain("GET /app/200 HTTP/1.0"), 200},
      {plain("GET /app/404 HTTP/1.1"), 404},
      {plain("GET /app/302 HTTP/1.1"), 302},
      {plain("GET /app/304 HTTP/1.1"), 304},
      {plain("GET /app/204 HTTP/1.1"), 204},
      {plain("GET /app/broken HTTP/1.1"), 502},
      {plain("GET /s/a.html HTTP/1.1"), 200},
      {plain("GET /s/a.html HTTP/1.1", "If-None-Match: *\r\n"), 304},
      {plain("GET /s/a.html HTTP/1.1", "Range: bytes=0-1\r\n"), 206},
      {plain("GET /s/a.html HTTP/1.1", "Range: bytes=900-\r\n"), 416},
      {plain("GET /s/sub HTTP/1.1"), 301},
      {plain("GET /s/no HTTP/1.1"), 404},
      {plain("DELETE /s/a.html HTTP/1.1"), 405},
      {plain("GET /no HTTP/1.1", "Accept: text/html\r\n"), 404},
      {plain("OPTIONS * HTTP/1.1"), 200},
      {plain("TRACE / HTTP/1.1"), 405},
      {plain("CONNECT app.example:80 HTTP/1.1"), 405},
      {plain("GET /xs-router/session.js HTTP/1.1"), 200},
      {plain("GET /xs-router/session HTTP/1.1"), 401},
      {plain("GET /xs-router/signed-out HTTP/1.1"), 200},
      {plain("POST /app/x HTTP/1.1", "Content-Length: 11\r\n"), 413},
      {plain("GET //evil.example HTTP/1.1"), 400},
      {plain("GET /%00 HTTP/1.1"), 400},
      {plain("GET /a/../b HTTP/1.1"), 400},
      {plain("POST /app/x HTTP/1.1", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"GET /app/x HTTP/1.1\r\n" + id + "\r\n", 400},
      {"GET /app/x HTTP/1.1\r\n" + host + host + id + "\r\n", 400},
      {"nonsense\r\n\r\n", 400, false},
      {"GET /app/x HTTP/1.1\n" + host + id + "\r\n", 400, false},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n" + host + id + "\r\n", 414},
      {"GET /" + std::string(40'000, 'a') + " HTTP/1.1\r\n" + host + id + "\r\n", 414, false},
      {plain("GET /app/x HTTP/1.1", "X-Long: " + std::string(40'000, 'a') + "\r\n"), 431, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.request.substr(0, 80));
    const auto answer = ask(router.port(), row.request);
    CHECK(answer.status() == row.status);
    const auto ids = answer.head.all("x-request-id");
    REQUIRE(ids.size() == 1);
    CHECK_FALSE(answer.has("x_request_id"));
    if (row.is_read) {
      CHECK(ids[0] == "mine");
    } else {
      CHECK(ids[0].size() == 32);
      CHECK(router.logs("\"request_id\":\"" + ids[0] + "\""));
    }
  }
  for (const auto& forwarded : directory.backend.requests()) CHECK(forwarded.field("x-request-id") == "mine");
}

TEST_CASE("directories: an id that the router made is the one that was logged and forwarded [K4]") {
  Directory directory;
  RouterProcess router(directory.setup);
  for (const char* method : {"GET", "HEAD", "POST"}) {
    directory.backend.clear();
    // not an id: too long, not visible
    const auto id = ask_for(router, "/app/x", {{"x-request-id", "a b"}}, method).field("x-request-id");
    CHECK(id.size() == 32);
    CHECK(directory.backend.requests().at(0).field("x-request-id") == id);
    CHECK(router.logs("\"request_id\":\"" + id + "\""));
  }
}

TEST_CASE(
    "directories: a WebSocket's 101, a head that does not come and trailers have no other x-request-id "
    "[K4]") {
  Directory directory;
  directory.setup.descriptor["websockets"] = {{"enabled", true}};
  directory.setup.environment["HEADER_TIMEOUT"] = "400ms";
  directory.backend.on("/app/socket",
                       answers("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                               "x-request-id: theirs\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
  directory.backend.on("/app/trailers", answers("HTTP/1.1 103 Early Hints\r\nx-request-id: theirs\r\n\r\n"
                                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                "1\r\na\r\n0\r\nX-Sum: 1\r\nx-request-id: theirs\r\n\r\n"));
  RouterProcess router(directory.setup);
  const auto host = "127.0.0.1:" + std::to_string(router.port());
  const auto switched = [&] {
    RawClient client(router.port());
    client.send(make_handshake("/app/socket", host, "http://" + host, {{"x-request-id", "mine"}}));
    return client.read_head();
  }();
  CHECK(switched.status() == 101);
  CHECK(switched.head.all("x-request-id") == std::vector<std::string>{"mine"});

  const auto trailing =
      ask_for(router, "/app/trailers", {{"x-request-id", "mine"}, {"TE", "trailers"}, {"Connection", "TE"}});
  CHECK(trailing.head.all("x-request-id") == std::vector<std::string>{"mine"});
  CHECK(trailing.trailers.size() == 1);
  REQUIRE(trailing.interim.size() == 1);
  CHECK_FALSE(trailing.interim[0].has("x-request-id"));

  RawClient slow(router.port());
  slow.send("GET /app/x HTTP/1.1\r\nHost: app.exa");
  const auto late = slow.read();
  CHECK(late.status() == 408);
  CHECK(late.head.all("x-request-id").size() == 1);
}

TEST_CASE("directories: files have the Node router's media types, and placeholders its escapes [K18]") {
  Directory directory;
  for (const char* name : {"a.js", "a.properties", "a.json", "a.mjs"})
    directory.setup.files["web/" + std::string(name)] = "x";
  directory.setup.files["web/filled.html"] = "{{V}} {{{V}}} {{&V}}";
  directory.setup.add_route({{"source", "^/f/(.*)$"},
                             {"target", "$1"},
                             {"localDir", "web"},
                             {"authenticationType", "none"},
                             {"replace", {{"pathSuffixes", {".html"}}, {"vars", {"V"}}}}});
  directory.setup.environment["V"] = "a/b=c`d'e\"<&>";
  RouterProcess router(directory.setup);
  for (const auto& [name, type] : {std::pair{"a.js", "application/javascript; charset=utf-8"},
                                   {"a.mjs", "application/javascript; charset=utf-8"},
                                   {"a.json", "application/json; charset=utf-8"},
                                   {"a.properties", "application/octet-stream"},
                                   {"a.html", "text/html; charset=utf-8"}}) {
    CHECK(ask_for(router, "/s/" + std::string(name)).field("Content-Type") == type);
  }
  CHECK(ask_for(router, "/f/filled.html").body ==
        "a&#x2F;b&#x3D;c&#x60;d&#39;e&quot;&lt;&amp;&gt; a/b=c`d'e\"<&> a/b=c`d'e\"<&>");
}

}  // namespace router::test::directory_headers_test
