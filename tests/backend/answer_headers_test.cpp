// Which fields of a back-end's answer go on to the client.
#include <doctest/doctest.h>

#include "backend/forward_passage.h"

namespace router::answer_headers_test {

using namespace router::test;

TEST_CASE("forwarding: x-csrf-token is the router's on protected routes, the back-end's elsewhere") {
  Passage ours;
  CHECK_FALSE(has_name(ours.with({{"x-csrf-token", "t"}}).write(), "x-csrf-token"));
  Passage theirs;
  theirs.csrf_is_ours = false;
  CHECK(has(theirs.with({{"x-csrf-token", "t"}}).write(), "x-csrf-token: t"));
  CHECK_FALSE(has_name(write_answer({{"X-CSRF-Token", "t"}}, true), "X-CSRF-Token"));
  CHECK(has(write_answer({{"X-CSRF-Token", "t"}}, false), "X-CSRF-Token: t"));
}

TEST_CASE("forwarding: of the answer everything but the hop's own goes back") {
  const auto head = write_answer({{"Content-Type", "text/html"},
                                  {"Connection", "close, X-Hop"},
                                  {"X-Hop", "1"},
                                  {"Keep-Alive", "1"},
                                  {"Proxy-Authenticate", "Basic"},
                                  {"Transfer-Encoding", "chunked"},
                                  {"Content-Length", "3"},
                                  {"Set-Cookie", "JSESSIONID=x"},
                                  {"Cache-Control", "max-age=60"},
                                  {"Clear-Site-Data", "\"cookies\""},
                                  {"Location", "http://crm.internal:8080/base/x"}});
  CHECK(head ==
        "\r\nContent-Type: text/html\r\nCache-Control: max-age=60\r\nLocation: "
        "http://crm.internal:8080/base/x\r\n"
        "Set-Cookie: theme=dark; Max-Age=1\r\n");
}

TEST_CASE("forwarding: a back-end's field wins over the configured one, unless that overrides it [K3]") {
  const Lines answer = {{"x-powered-by", "php"}, {"X_Powered_By", "cgi"}, {"Vary", "Cookie"}};
  const auto kept = write_answer(answer, false, {{"X-Powered-By", "none of your business"}});
  CHECK(has(kept, "x-powered-by: php"));
  CHECK(has(kept, "X_Powered_By: cgi"));
  const auto overridden =
      write_answer(answer, false, {{"X-Powered-By", "none of your business", true}, {"vary", "Origin"}});
  CHECK(overridden == "\r\nVary: Cookie\r\nSet-Cookie: theme=dark; Max-Age=1\r\n");
}

TEST_CASE(
    "forwarding: a back-end's x-request-id gives way, however spelt, in interim answers and trailers, too "
    "[K4]") {
  http::Headers fields;
  for (const char* name : {"x-request-id", "X-Request-ID", "x_request_id"}) {
    fields.add(name, "theirs");
    CHECK(write_answer({{name, "theirs"}}).find("theirs") == std::string::npos);
  }
  fields.add("Link", "</a.css>");
  CHECK(test::lines_of(backend::plain_fields(fields)) == "Link: </a.css>\r\n");
}

TEST_CASE("forwarding: that somebody has been logged out is the router's to say, however spelt [issue 9]") {
  for (const char* name : {"x-logout-id", "X-Logout-Id", "x_logout_id"}) {
    CHECK(write_answer({{name, "theirs"}}).find("theirs") == std::string::npos);
  }
}

TEST_CASE("forwarding: a mapped Location replaces the back-end's") {
  const auto head = write_answer({{"Location", "/a"}, {"Clear-Site-Data", "\"cache\""}}, false, {}, "/b");
  CHECK(has(head, "Location: /b"));
  CHECK(has(head, "Clear-Site-Data: \"cache\""));
}

TEST_CASE("forwarding: where the descriptor's cors has spoken, a back-end's own CORS fields are left out") {
  const Lines answer = {{"Access-Control-Allow-Origin", "https://other.example"},
                        {"Access-Control-Allow-Credentials", "true"},
                        {"Vary", "Accept"}};
  CHECK(has_name(write_answer(answer), "Access-Control-Allow-Origin"));
  const auto ours = write_answer(answer, false, {}, {}, true);
  CHECK_FALSE(has_name(ours, "Access-Control-Allow-Origin"));
  CHECK_FALSE(has_name(ours, "Access-Control-Allow-Credentials"));
  CHECK(has(ours, "Vary: Accept"));
}

}  // namespace router::answer_headers_test
