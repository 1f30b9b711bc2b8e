#include <doctest/doctest.h>

#include "pipeline/filters/filters.h"
#include "pipeline/stage_world.h"
#include "support/run_task.h"
#include "support/sessions.h"

using namespace router;
using test::StageWorld;

TEST_CASE("reply fields: every head gets X-Frame-Options unless it, or the configuration, says its own") {
  StageWorld world;
  auto completed = [&](std::string fields) {
    pipeline::ReplyFields reply(world.ask("GET", "/"));
    reply.complete(fields, base::milliseconds(-1));
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

TEST_CASE("reply fields: an answer that carries a token is kept by no cache, whatever the back-end says [S24]") {
  struct Row {
    const char* fields;
    const char* kept;
  };
  const Row rows[] = {
      {"", ""},
      {"Cache-Control: public, max-age=60\r\nA: b\r\n", "A: b\r\n"},
      {"cache-control: private\r\nA: b\r\nCACHE-CONTROL: max-age=1\r\n", "A: b\r\n"},
      {"Expires: Thu, 01 Jan 2037 00:00:00 GMT\r\nPragma: cache\r\n", ""},
      {"CDN-Cache-Control: max-age=60\r\nX-Net-CDN-Cache-Control: max-age=60\r\nSurrogate-Control: max-age=60\r\n", ""},
      {"X-Accel-Expires: 60\r\nCache-Control-Not: x\r\n", "Cache-Control-Not: x\r\n"},
  };
  StageWorld world;
  world.config.environment.send_x_frame_options = false;
  for (const auto& row : rows) {
    CAPTURE(row.fields);
    auto& context = world.ask("GET", "/");
    std::string without = row.fields;
    pipeline::ReplyFields(context).complete(without, base::milliseconds(-1));
    CHECK(without == row.fields);
    context.add_reply_field("x-csrf-token", "token");
    std::string with = row.fields;
    pipeline::ReplyFields(context).complete(with, base::milliseconds(-1));
    CHECK(with == std::string(row.kept) + "x-csrf-token: token\r\nCache-Control: no-store\r\n");
  }
}

TEST_CASE("reply fields: a back-end's own token, and a configured Cache-Control, make no difference [S24]") {
  StageWorld world;
  world.config.environment.send_x_frame_options = false;
  std::string fields = "X-CSRF-Token: theirs\r\nCache-Control: public\r\n";
  pipeline::ReplyFields(world.ask("GET", "/")).complete(fields, base::milliseconds(-1));
  CHECK(fields == "X-CSRF-Token: theirs\r\nCache-Control: no-store\r\n");
  world.config.response_headers = {{"Cache-Control", "public, max-age=60"}};
  auto& context = world.ask("GET", "/");
  context.add_reply_field("x-csrf-token", "token");
  fields.clear();
  pipeline::ReplyFields(context).complete(fields, base::milliseconds(-1));
  CHECK(fields == "x-csrf-token: token\r\nCache-Control: no-store\r\n");
  auto response = http::text_response(200, "");
  pipeline::complete_own_response(context, response);
  CHECK(*response.headers.get("Cache-Control") == "no-store");
  CHECK(response.headers.count("Cache-Control") == 1);
}

TEST_CASE("reply fields: an answer on which a session begins is kept by no cache either [S24]") {
  StageWorld world;
  world.config.environment.send_x_frame_options = false;
  auto& context = world.ask("GET", "/");
  context.add_reply_field("Set-Cookie", "JSESSIONID=x; Path=/");
  std::string fields = "Set-Cookie: theirs=1\r\nCache-Control: public\r\n";
  pipeline::ReplyFields(context).complete(fields, base::milliseconds(-1));
  CHECK(fields == "Set-Cookie: theirs=1\r\nSet-Cookie: JSESSIONID=x; Path=/\r\nCache-Control: no-store\r\n");
}

TEST_CASE("reply fields: statistics, where they were asked for, count from the request's arrival") {
  StageWorld world;
  world.config.environment.send_x_frame_options = false;
  auto& context = world.ask("GET", "/");
  context.started = world.clock.steady();
  context.wants_statistics = true;
  world.clock.advance(base::milliseconds(25));
  std::string fields;
  pipeline::ReplyFields(context).complete(fields, base::milliseconds(20));
  CHECK(fields == "sap-statistics-approuter: total=25, ext=20\r\n");
  auto response = http::text_response(200, "");
  pipeline::complete_own_response(context, response);
  CHECK(*response.headers.get("sap-statistics-approuter") == "total=25");
}

TEST_CASE("end of request: the session's idle time starts anew, except on routes with touch false") {
  for (const bool touch : {true, false}) {
    CAPTURE(touch);
    StageWorld world;
    auto session = test::make_session();
    session.idle_timeout = base::minutes(15);
    REQUIRE(test::run_task(world.store.create(session)));
    world.config.routes = {test::make_route("^/poll")};
    world.config.routes[0].touch = touch;
    auto& context = world.ask("GET", "/poll");
    REQUIRE(test::status_after(pipeline::match_route(context)) == 0);
    context.session = std::make_shared<router::session::Session>(session);
    world.clock.advance(base::minutes(10));
    test::run_task(pipeline::end_of_request(context));
    world.clock.advance(base::minutes(10));
    CHECK(test::run_task(world.store.find(session.id))->has_value() == touch);
  }
}
