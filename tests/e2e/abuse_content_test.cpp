// A hundred hostile requests a second for five seconds at the doors of content: files, back-ends, WebSockets.
// Good users beside it all succeed.
#include <doctest/doctest.h>

#include "e2e/abuse.h"

namespace router::test::abuse_content_test {
namespace {

std::string chunks(std::size_t count) {
  std::string body;
  for (std::size_t i = 0; i < count; ++i) body.append("1\r\nx\r\n");
  return body.append("0\r\n\r\n");
}

}  // namespace

TEST_CASE("abuse: a large file, compressed, in every coding and in ranges, by clients that do not read it [N2]") {
  AbuseFixture fixture;
  must_hold_out(fixture, {[](int n) {
                  switch (n % 5) {
                    case 0:
                      return make_request("GET", "/assets/script.js", {{"Accept-Encoding", "gzip"}});
                    case 1:
                      return make_request("GET", "/assets/script.js", {{"Accept-Encoding", "br"}});
                    case 2:
                      return make_request("GET", "/assets/script.js", {{"Accept-Encoding", "br;q=0.5, gzip;q=0.9"}});
                    case 3: {
                      std::string ranges = "bytes=0-300000";
                      for (int i = 1; i < 16; ++i) {
                        ranges += "," + std::to_string(i * 330'000) + "-" + std::to_string(i * 330'000 + 300'000);
                      }
                      return make_request("GET", "/assets/script.js", {{"Range", ranges}});
                    }
                    default:
                      return make_request("GET", "/assets/script.js");
                  }
                }});
}

TEST_CASE("abuse: many requests in one piece, and bodies of one-byte chunks [N2]") {
  AbuseFixture fixture;
  std::string many;
  for (int i = 0; i < 200; ++i) many += make_request("GET", "/assets/bye.html");
  const auto upload =
      "POST /public/up HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(5000);
  must_hold_out(fixture, {[&](int n) { return n % 2 == 0 ? many : upload; }});
}

TEST_CASE("abuse: files that are not there, and paths that no file has") {
  AbuseFixture fixture;
  must_hold_out(fixture, {[](int n) {
                  switch (n % 4) {
                    case 0:
                      return make_request("GET", "/assets/" + std::string(6000, 'a'));
                    case 1:
                      return make_request("GET", "/assets/%2e%2e/%2e%2e/etc/passwd");
                    case 2:
                      return make_request("GET", "/assets/" + std::to_string(n) + ".js");
                    default:
                      return make_request("GET", "/no-route/" + std::to_string(n));
                  }
                }});
}

TEST_CASE("abuse: WebSocket handshakes without a session, from elsewhere, and broken ones") {
  AbuseFixture fixture;
  const auto port = fixture.router.port();
  must_hold_out(fixture, {[port](int n) {
                  const std::string host = "127.0.0.1:" + std::to_string(port);
                  const std::string key = n % 3 == 0 ? "short" : "dGhlIHNhbXBsZSBub25jZQ==";
                  return make_request("GET", n % 2 == 0 ? "/public/socket" : "/orders/socket",
                                      {{"Connection", "Upgrade"},
                                       {"Upgrade", "websocket"},
                                       {"Origin", n % 5 == 0 ? "https://evil.example" : "http://" + host},
                                       {"Sec-WebSocket-Version", n % 7 == 0 ? "12" : "13"},
                                       {"Sec-WebSocket-Key", key}});
                }});
}

}  // namespace router::test::abuse_content_test
