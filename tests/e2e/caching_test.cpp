// What a browser or a cache keeps of an answer, and what it may say with its tag later (RFC 9110
// sections 8.8.3 and 13).
#include <doctest/doctest.h>

#include "e2e/proxy_fixture.h"
#include "e2e/sign_on_fixture.h"

namespace router::test::caching_test {
namespace {

const std::string kText(5000, 't');

// A resource with a strong tag: says 304 and 412 as its tag has it, else sends the text.
Behaviour keeps(const std::string& tag) {
  return [tag](Conversation& conversation) {
    conversation.read_body();
    const auto& request = conversation.request();
    const auto field = "ETag: " + tag + "\r\nContent-Type: application/json\r\n";
    if (request.has("If-Match") && request.field("If-Match") != tag) {
      conversation.send_response(412, "", field);
    } else if (request.has("If-None-Match") && request.field("If-None-Match") == tag) {
      conversation.send("HTTP/1.1 304 Not Modified\r\n" + field + "\r\n");
    } else if (request.has("Range")) {
      conversation.send_response(206, "ttt", field + "Content-Range: bytes 5-7/5000\r\n");
    } else {
      conversation.send_response(200, kText, field);
    }
  };
}

}  // namespace

TEST_CASE("compression: who changes what he read compressed is not refused for its tag [N20]") {
  ProxyFixture fixture;
  fixture.backend.on("/app/order", keeps("\"v1\""));
  for (const std::string coding : {"gzip", "br"}) {
    CAPTURE(coding);
    const auto ask = [&](std::string_view method, FieldList fields) {
      return fixture.ask(make_request(method, "/app/order", fields, method == "PUT" ? "{}" : ""));
    };
    const auto read = ask("GET", {{"Accept-Encoding", coding}});
    CHECK(read.field("Content-Encoding") == coding);
    const auto tag = read.field("ETag");
    CHECK(tag.starts_with('"'));
    CHECK(tag != "\"v1\"");
    CHECK(ask("PUT", {{"If-Match", tag}, {"Content-Type", "application/json"}}).status() == 200);
    CHECK(ask("PUT", {{"If-Match", "\"v0--xs-gzip\""}, {"Content-Type", "application/json"}}).status() == 412);
    const auto unchanged = ask("GET", {{"Accept-Encoding", coding}, {"If-None-Match", tag}});
    CHECK(unchanged.status() == 304);
    CHECK(unchanged.field("ETag") == tag);
    const auto all = ask("GET", {{"Accept-Encoding", coding}, {"Range", "bytes=5-7"}, {"If-Range", tag}});
    CHECK(all.status() == 200);
    CHECK(all.field("ETag") == tag);
    const auto part = ask("GET", {{"Accept-Encoding", coding}, {"Range", "bytes=5-7"}, {"If-Range", "\"v1\""}});
    CHECK(part.status() == 206);
    CHECK(part.field("ETag") == "\"v1\"");
  }
}

TEST_CASE("forwarding: an answer that the router puts a CSRF token on is stored by nobody [S24]") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/list",
                    answers("HTTP/1.1 200 OK\r\nCache-Control: public, max-age=600\r\nCDN-Cache-Control: "
                            "max-age=600\r\nExpires: Thu, 01 Jan 2037 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nok"));
  auto browser = fixture.signed_in();
  CHECK(browser.get("/orders/list").field("Cache-Control") == "public, max-age=600");
  const auto answer = browser.get("/orders/list", {{"x-csrf-token", "fetch"}});
  CHECK_FALSE(answer.field("x-csrf-token").empty());
  CHECK(answer.head.all("Cache-Control") == std::vector<std::string>{"no-store"});
  CHECK_FALSE(answer.has("CDN-Cache-Control"));
  CHECK_FALSE(answer.has("Expires"));
}

TEST_CASE("static site: after a logout the browser has to ask, and a page that is the same is 304 [S23]") {
  StubProvider provider;
  RecordingBackend orders;
  auto setup = sign_on_setup(provider, orders.origin(), orders.origin());
  setup.files["web/index.html"] = "<!doctype html><title>Start</title>";
  setup.files["web/app.js"] = kText;
  setup.descriptor["welcomeFile"] = "/web/index.html";
  setup.add_route({{"source", "^/web/(.*)$"}, {"target", "$1"}, {"localDir", "web"}, {"authenticationType", "oidc"}});
  RouterProcess router(setup);
  Browser browser(router.port());
  const auto start = browser.open("/");
  CHECK(start.status() == 200);
  CHECK(start.field("Cache-Control") == "private, no-cache");
  for (const char* path : {"/web/", "/web/index.html", "/web/app.js"}) {
    CAPTURE(path);
    const auto first = browser.get(path, {{"Accept-Encoding", "gzip"}});
    CHECK(first.status() == 200);
    CHECK(first.field("Cache-Control") == "private, no-cache");
    const auto again = browser.get(path, {{"Accept-Encoding", "gzip"}, {"If-None-Match", first.field("ETag")}});
    CHECK(again.status() == 304);
    CHECK(again.field("Cache-Control") == "private, no-cache");
  }
  // the one that asks for a token gets it with a 304, too
  const auto page = browser.get("/web/index.html");
  const auto token = browser.get("/web/index.html", {{"If-None-Match", page.field("ETag")}, {"x-csrf-token", "fetch"}});
  CHECK(token.status() == 304);
  CHECK_FALSE(token.field("x-csrf-token").empty());
  CHECK(token.field("Cache-Control") == "no-store");
  CHECK(browser.get("/bye.html").field("Cache-Control") == "public, no-cache");
  browser.navigate("/my/logout");
  const auto after =
      browser.get("/web/index.html", {{"If-None-Match", page.field("ETag")}, {"X-Requested-With", "XMLHttpRequest"}});
  CHECK(after.status() == 401);
}

}  // namespace router::test::caching_test
