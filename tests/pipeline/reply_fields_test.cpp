#include <doctest/doctest.h>

#include "pipeline/filters/filters.h"
#include "pipeline/stage_world.h"

using namespace router;
using test::StageWorld;

TEST_CASE("reply fields: every head gets X-Frame-Options unless it, or the configuration, says its own") {
  StageWorld world;
  auto completed = [&](std::string fields) {
    pipeline::ReplyFields reply(world.ask("GET", "/"));
    reply.complete(fields);
    return fields;
  };
  CHECK(completed("A: b\r\n") == "A: b\r\nX-Frame-Options: SAMEORIGIN\r\n");
  CHECK(completed("x-frame-options: DENY\r\n") == "x-frame-options: DENY\r\n");
  world.config.response_headers = {{"X-Frame-Options", "ALLOW-FROM https://a.example"}};
  CHECK(completed("") == "X-Frame-Options: ALLOW-FROM https://a.example\r\n");
  world.config.response_headers.clear();
  world.config.environment.send_x_frame_options = false;
  CHECK(completed("") == "");
}

TEST_CASE("reply fields: what the stages left for the reply goes out with it") {
  StageWorld world;
  auto& context = world.ask("GET", "/");
  context.request_id = "id-1";
  context.add_reply_field("Set-Cookie", "a=b; Path=/");
  context.add_reply_field("Set-Cookie", "c=d: e");
  auto response = http::text_response(200, "ok");
  pipeline::complete_own_response(context, response);
  CHECK(response.headers.count("Set-Cookie") == 2);
  CHECK(*response.headers.get("Set-Cookie") == "a=b; Path=/");
  CHECK(*response.headers.get("Cache-Control") == "no-store");
  CHECK(*response.headers.get("x-request-id") == "id-1");
}
