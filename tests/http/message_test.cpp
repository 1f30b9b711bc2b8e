#include "http/message.h"

#include <doctest/doctest.h>

namespace router::message_test {

using namespace router::http;

TEST_CASE("message: responses say what their body is") {
  const auto text = text_response(200, "https://idp/logout");
  CHECK(text.status == 200);
  CHECK(text.headers.get("content-type") == "text/plain; charset=utf-8");
  CHECK(text.headers.get("x-content-type-options") == "nosniff");
  CHECK(text.body == "https://idp/logout");
  CHECK(html_response(400, "<p>").headers.get("content-type") == "text/html; charset=utf-8");
  CHECK(json_response(200, "{}").headers.get("content-type") == "application/json");
}

TEST_CASE("message: a redirect is 302, is not stored, and cannot carry another field") {
  const auto response = redirect_response("/a?b=c#d");
  CHECK(response.status == 302);
  CHECK(response.headers.get("location") == "/a?b=c#d");
  CHECK(response.headers.get("cache-control") == "no-store");
  CHECK(redirect_response("/a\r\nSet-Cookie:x \xC3\xA4").headers.get("location") == "/a%0D%0ASet-Cookie:x%20%C3%A4");
}

TEST_CASE("message: a refused method names those that would do, too many requests when to come again [H7]") {
  const auto refused = method_not_allowed("GET, HEAD");
  CHECK(refused.status == 405);
  CHECK(refused.headers.get("allow") == "GET, HEAD");
  CHECK(refused.headers.get("cache-control") == "no-store");
  const auto later = too_many_requests("Later\n", std::chrono::seconds(15));
  CHECK(later.status == 429);
  CHECK(later.headers.get("retry-after") == "15");
  CHECK(later.headers.get("cache-control") == "no-store");
  CHECK(later.body == "Later\n");
}

TEST_CASE("message: every status has a reason") {
  CHECK(reason_phrase(302) == "Found");
  CHECK(reason_phrase(413) == "Content Too Large");
  CHECK(reason_phrase(799) == "Unknown");
}

}  // namespace router::message_test
