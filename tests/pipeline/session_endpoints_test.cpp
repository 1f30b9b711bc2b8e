// What static/session.js talks to: /xs-router/session and below.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "http/embedded_files.h"
#include "pipeline/filters/filters.h"
#include "pipeline/stage_world.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::session_endpoints_test {

using test::StageWorld;

namespace {

constexpr std::size_t kMostScriptBytes = 6 * 1024;

struct Answer {
  int status = 0;
  http::Response response;
  nlohmann::json json() const { return nlohmann::json::parse(response.body); }
  std::string field(std::string_view name) const { return std::string(response.headers.get(name).value_or("")); }
};

// With a session that has been idle for a minute, unless there is none.
struct EndpointWorld : StageWorld {
  EndpointWorld() {
    config.logout.endpoint = "/my/logout";
    config.logout.page = "/logoff.html";
    auto made = test::make_session();
    made.idle_timeout = base::minutes(15);
    REQUIRE(test::run_task(store.create(made)));
    session = std::make_shared<const session::Session>(std::move(made));
    clock.advance(base::minutes(1));
  }
  Answer send(std::string method, std::string_view path, test::Fields fields = {}) {
    auto& asked = ask(std::move(method), path, fields);
    asked.external = {"https", "app.example", "203.0.113.7", "203.0.113.7"};
    asked.user.session = session;
    auto verdict = test::run_task(pipeline::session_endpoints(asked));
    // as every request ends
    test::run_task(pipeline::end_of_request(asked));
    Answer answer{test::status_after(verdict), {}};
    if (verdict && std::holds_alternative<http::Response>(*verdict)) {
      answer.response = std::move(std::get<http::Response>(*verdict));
    }
    return answer;
  }
  base::milliseconds left() { return test::run_task(store.time_left(session->id))->value_or(base::milliseconds(0)); }

  session::Snapshot session;
};

}  // namespace

TEST_CASE("session.js: is small, and is sent with a validator") {
  EndpointWorld world;
  CHECK(http::embedded_file("session.js").size() < kMostScriptBytes);
  const auto answer = world.send("GET", "/xs-router/session.js");
  CHECK(answer.status == 200);
  CHECK(answer.response.body == http::embedded_file("session.js"));
  CHECK(answer.field("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(answer.field("X-Content-Type-Options") == "nosniff");
  CHECK(answer.field("Cache-Control") == "public, max-age=3600");
  const auto etag = answer.field("ETag");
  CHECK(etag.size() > 10);
  const auto again = world.send("GET", "/xs-router/session.js", {{"If-None-Match", etag}});
  CHECK(again.status == 304);
  CHECK(again.response.body.empty());
  CHECK(world.send("HEAD", "/xs-router/session.js").status == 200);
  CHECK(world.send("POST", "/xs-router/session.js").status == 405);
}

TEST_CASE("session.js: nothing in it needs more than a strict policy allows") {
  const auto script = http::embedded_file("session.js");
  for (const char* loose :
       {"eval(", "new Function", "innerHTML", "insertAdjacentHTML", "setAttribute(\"style\"", "import("}) {
    CAPTURE(loose);
    CHECK(script.find(loose) == std::string_view::npos);
  }
}

TEST_CASE("session state: tells what is left and how to sign out, and does not touch the session") {
  EndpointWorld world;
  world.config.logout.method = "POST";
  world.config.logout.csrf_protection = true;
  const auto answer = world.send("GET", "/xs-router/session");
  CHECK(answer.status == 200);
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(answer.json() == nlohmann::json{{"left", 14 * 60'000},
                                        {"endpoint", "/my/logout"},
                                        {"method", "POST"},
                                        {"csrf", true},
                                        {"page", "/logoff.html"}});
  CHECK(world.left() == base::minutes(14));
}

TEST_CASE("session state: without a session 401 and where to go, the built-in page if there is no other") {
  EndpointWorld world;
  world.session = nullptr;
  for (const char* path : {"/xs-router/session", "/xs-router/session/events"}) {
    const auto answer = world.send("GET", path);
    CHECK(answer.status == 401);
    CHECK(answer.json()["page"] == "/logoff.html");
  }
  world.config.logout.page.clear();
  CHECK(world.send("POST", "/xs-router/session/touch").json()["page"] == "/xs-router/signed-out");
}

TEST_CASE("session state: a browser with several sessions is nobody's, and is told how to sign out of them [S4]") {
  EndpointWorld world;
  const auto other = test::make_session("eve");
  REQUIRE(test::run_task(world.store.create(other)));
  const std::string cookies =
      "JSESSIONID=" + std::string(world.session->id.reveal()) + "; JSESSIONID=" + std::string(other.id.reveal());
  world.session = nullptr;
  for (const auto& [method, path] :
       {std::pair{"GET", "/xs-router/session"}, std::pair{"POST", "/xs-router/session/touch"},
        std::pair{"GET", "/xs-router/session/events"}}) {
    const auto answer = world.send(method, path, {{"Cookie", cookies}});
    CHECK(answer.status == 401);
    CHECK(answer.json() ==
          nlohmann::json{{"endpoint", "/my/logout"}, {"method", "GET"}, {"csrf", false}, {"page", "/logoff.html"}});
  }
  REQUIRE(test::run_task(world.store.end(other.id)));
  const auto over =
      world.send("GET", "/xs-router/session", {{"Cookie", "JSESSIONID=" + std::string(other.id.reveal())}});
  CHECK(over.json() == nlohmann::json{{"page", "/logoff.html"}});
}

TEST_CASE("session state: an anonymous session is nobody's, and nothing here keeps it alive [K1]") {
  EndpointWorld world;
  world.session = nullptr;
  const auto anonymous = test::make_anonymous();
  REQUIRE(test::run_task(world.store.create(anonymous)));
  const auto left = [&] { return **test::run_task(world.store.time_left(anonymous.id)); };
  const auto before = left();
  world.clock.advance(base::minutes(1));
  const std::string cookie = "JSESSIONID=" + std::string(anonymous.id.reveal());
  for (const auto& [method, path] :
       {std::pair{"GET", "/xs-router/session"}, std::pair{"POST", "/xs-router/session/touch"},
        std::pair{"GET", "/xs-router/session/events"}}) {
    CAPTURE(path);
    auto& asked = world.ask(method, path, {{"Cookie", cookie}});
    REQUIRE(test::run_task(pipeline::load_session(asked)));
    CHECK_FALSE(asked.user.session);
    REQUIRE(asked.user.anonymous);
    const auto verdict = test::run_task(pipeline::session_endpoints(asked));
    test::run_task(pipeline::end_of_request(asked));
    CHECK(test::status_after(verdict) == 401);
    CHECK(nlohmann::json::parse(std::get<http::Response>(*verdict).body) == nlohmann::json{{"page", "/logoff.html"}});
  }
  CHECK(left() == before - base::minutes(1));
}

TEST_CASE("session touch: keeps the session alive, from our own pages only") {
  EndpointWorld world;
  CHECK(world.send("POST", "/xs-router/session/touch", {{"Sec-Fetch-Site", "cross-site"}}).status == 403);
  CHECK(world.send("POST", "/xs-router/session/touch", {{"Origin", "https://evil.example"}}).status == 403);
  CHECK(world.send("GET", "/xs-router/session/touch").status == 405);
  CHECK(world.left() == base::minutes(14));
  const auto answer = world.send("POST", "/xs-router/session/touch", {{"Sec-Fetch-Site", "same-origin"}});
  CHECK(answer.status == 200);
  CHECK(answer.json()["left"] == 15 * 60'000);
  CHECK(world.left() == base::minutes(15));
}

TEST_CASE("session touch: an ended session is not brought back") {
  EndpointWorld world;
  CHECK(test::run_task(world.store.end(world.session->id)));
  CHECK(world.send("POST", "/xs-router/session/touch").status == 401);
  CHECK(world.left() == base::milliseconds(0));
}

TEST_CASE("session events: too many of one session are told to wait") {
  EndpointWorld world;
  std::vector<session::EventStreams::Place> places;
  while (auto place = world.streams.take(world.session->id, "203.0.113.7", world.loop, [] {})) {
    places.push_back(*std::move(place));
  }
  const auto answer = world.send("GET", "/xs-router/session/events");
  CHECK(answer.status == 429);
  CHECK(answer.field("Retry-After") == "15");
}

TEST_CASE("session endpoints: other paths below are none of theirs") {
  EndpointWorld world;
  for (const char* path : {"/xs-router/session/", "/xs-router/sessions", "/xs-router/session.js/x", "/session.js"}) {
    CHECK(world.send("GET", path).status == 0);
  }
}

}  // namespace router::session_endpoints_test
