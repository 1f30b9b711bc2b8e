#include <doctest/doctest.h>

#include "pipeline/filters/filters.h"
#include "pipeline/stage_world.h"
#include "support/field_lines.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::reply_fields_test {

using test::StageWorld;

namespace {

// What `fields` are completed to, without the id that every head has.
std::string completed(pipeline::Context& context, std::string_view said,
                      base::milliseconds upstream_time = base::milliseconds(-1)) {
  context.trace.request_id = "id-1";
  auto completing = test::fields_of(said);
  pipeline::ReplyFields(context).complete(completing, upstream_time);
  std::string fields = test::lines_of(completing);
  constexpr std::string_view kId = "x-request-id: id-1\r\n";
  const auto at = fields.find(kId);
  REQUIRE(at != std::string::npos);
  fields.erase(at, kId.size());
  CHECK(fields.find("x-request-id") == std::string::npos);
  return fields;
}

}  // namespace

TEST_CASE("reply fields: every head has the request's id, once [K4]") {
  StageWorld world;
  auto& context = world.ask("GET", "/", {{"x-request-id", "mine"}});
  REQUIRE(test::status_after(pipeline::sanitize(context)) == 0);
  auto fields = test::fields_of("A: b\r\n");
  pipeline::ReplyFields(context).complete(fields, base::milliseconds(-1));
  CHECK(fields.get("x-request-id") == "mine");
  for (const int status : {200, 302, 404}) {
    auto response = http::text_response(status, "");
    response.headers.add("X-Request-Id", "another");
    pipeline::complete_own_response(context, response);
    CHECK(response.headers.count("x-request-id") == 1);
    CHECK(*response.headers.get("x-request-id") == "mine");
  }
}

TEST_CASE("reply fields: what an answer says itself wins over what is configured [K3]") {
  StageWorld world;
  world.config.response_headers = {
      {"Content-Security-Policy", "default-src 'self'"}, {"X-A", "1"}, {"x-a", "2"}, {"X-Frame-Options", "DENY"}};
  CHECK(completed(world.ask("GET", "/"), "") ==
        "Content-Security-Policy: default-src 'self'\r\nX-A: 1\r\nx-a: 2\r\nX-Frame-Options: DENY\r\n");
  const std::string theirs = "content-security-policy: default-src *\r\nX-a: theirs\r\nx-frame-options: SAMEORIGIN\r\n";
  CHECK(completed(world.ask("GET", "/"), theirs) == theirs);
  // an empty one is one, a longer name is another
  CHECK(completed(world.ask("GET", "/"), "X-A: \r\nX-Frame-Options-2: x\r\nContent-Security-Policy: a\r\n") ==
        "X-A: \r\nX-Frame-Options-2: x\r\nContent-Security-Policy: a\r\nX-Frame-Options: DENY\r\n");
}

TEST_CASE("reply fields: the router's own answers have what is configured beside what they say, errors too [K3]") {
  StageWorld world;
  world.config.response_headers = {
      {"X-A", "1"}, {"x-a", "2"}, {"Location", "/elsewhere", true}, {"Cache-Control", "public"}};
  auto redirect = http::redirect_response("/there");
  pipeline::complete_own_response(world.ask("GET", "/"), redirect);
  CHECK(redirect.headers.count("X-A") == 2);
  CHECK(redirect.headers.count("Location") == 1);
  CHECK(*redirect.headers.get("Location") == "/there");
  CHECK(*redirect.headers.get("Cache-Control") == "no-store");
  auto unread = http::text_response(400, "");
  pipeline::complete_own_response(world.config, "id-1", unread);
  CHECK(unread.headers.count("X-A") == 2);
  CHECK(*unread.headers.get("x-request-id") == "id-1");
  CHECK(*unread.headers.get("X-Frame-Options") == "SAMEORIGIN");
}

TEST_CASE("reply fields: a page with a policy of its own keeps it, also against one that overrides [K3]") {
  StageWorld world;
  world.config.response_headers = {{"content-security-policy", "default-src 'self'", true},
                                   {"X-Frame-Options", "DENY", true}};
  auto page = http::html_response(200, "");
  page.headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors https://id.example");
  pipeline::complete_own_response(world.ask("GET", "/"), page);
  CHECK(page.headers.count("Content-Security-Policy") == 1);
  CHECK(page.headers.get("Content-Security-Policy")->starts_with("default-src 'none'"));
  CHECK_FALSE(page.headers.contains("X-Frame-Options"));
  auto text = http::text_response(404, "");
  pipeline::complete_own_response(world.ask("GET", "/"), text);
  CHECK(*text.headers.get("Content-Security-Policy") == "default-src 'self'");
  CHECK(*text.headers.get("X-Frame-Options") == "DENY");
}

TEST_CASE("reply fields: every head gets X-Frame-Options unless it, or the configuration, says its own") {
  StageWorld world;
  auto asked = [&](std::string_view fields) { return completed(world.ask("GET", "/"), fields); };
  CHECK(asked("A: b\r\n") == "A: b\r\nX-Frame-Options: SAMEORIGIN\r\n");
  CHECK(asked("x-frame-options: DENY\r\n") == "x-frame-options: DENY\r\n");
  world.config.response_headers = {{"X-Frame-Options", "ALLOW-FROM https://a.example"}};
  CHECK(asked("") == "X-Frame-Options: ALLOW-FROM https://a.example\r\n");
  world.config.response_headers.clear();
  world.config.environment.send_x_frame_options = false;
  CHECK(asked("") == "");
}

TEST_CASE("reply fields: what the stages left for the reply goes out with it") {
  StageWorld world;
  auto& context = world.ask("GET", "/");
  context.trace.request_id = "id-1";
  context.reply_fields.add("Set-Cookie", "a=b; Path=/");
  context.reply_fields.add("Set-Cookie", "c=d: e");
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
    CHECK(completed(context, row.fields) == row.fields);
    context.reply_fields.add("x-csrf-token", "token");
    CHECK(completed(context, row.fields) ==
          std::string(row.kept) + "x-csrf-token: token\r\nCache-Control: no-store\r\n");
  }
}

TEST_CASE("reply fields: a back-end's own token, and a configured Cache-Control, make no difference [S24]") {
  StageWorld world;
  world.config.environment.send_x_frame_options = false;
  CHECK(completed(world.ask("GET", "/"), "X-CSRF-Token: theirs\r\nCache-Control: public\r\n") ==
        "X-CSRF-Token: theirs\r\nCache-Control: no-store\r\n");
  world.config.response_headers = {{"Cache-Control", "public, max-age=60"}};
  auto& context = world.ask("GET", "/");
  context.reply_fields.add("x-csrf-token", "token");
  CHECK(completed(context, "") == "x-csrf-token: token\r\nCache-Control: no-store\r\n");
  auto response = http::text_response(200, "");
  pipeline::complete_own_response(context, response);
  CHECK(*response.headers.get("Cache-Control") == "no-store");
  CHECK(response.headers.count("Cache-Control") == 1);
}

TEST_CASE("reply fields: an answer on which a session begins is kept by no cache either [S24]") {
  StageWorld world;
  world.config.environment.send_x_frame_options = false;
  auto& context = world.ask("GET", "/");
  context.reply_fields.add("Set-Cookie", "JSESSIONID=x; Path=/");
  CHECK(completed(context, "Set-Cookie: theirs=1\r\nCache-Control: public\r\n") ==
        "Set-Cookie: theirs=1\r\nSet-Cookie: JSESSIONID=x; Path=/\r\nCache-Control: no-store\r\n");
}

TEST_CASE("reply fields: statistics, where they were asked for, count from the request's arrival") {
  StageWorld world;
  world.config.environment.send_x_frame_options = false;
  auto& context = world.ask("GET", "/");
  context.started = world.clock.steady();
  context.wants_statistics = true;
  world.clock.advance(base::milliseconds(25));
  CHECK(completed(context, "", base::milliseconds(20)) == "sap-statistics-approuter: total=25, ext=20\r\n");
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
    context.user.session = std::make_shared<router::session::Session>(session);
    world.clock.advance(base::minutes(10));
    test::run_task(pipeline::end_of_request(context));
    world.clock.advance(base::minutes(10));
    CHECK(test::run_task(world.store.find(session.id))->has_value() == touch);
  }
}

}  // namespace router::reply_fields_test
