#include <doctest/doctest.h>

#include "http/cookie.h"
#include "management/managed_world.h"

namespace router::sign_in_test {
namespace {

using namespace test::managed;

std::string field_of(const Response& response, std::string_view name) {
  for (const auto& [field, value] : response.fields) {
    if (field == name) return value;
  }
  return {};
}

// A browser: it keeps the cookie, and sends it.
struct Browser {
  World& world;
  std::string cookie = {};  // name=value

  Response send(std::string method, std::string path, std::string body = {}, std::string requested_by = "console") {
    Request request{.method = std::move(method),
                    .path = std::move(path),
                    .address = "192.0.2.1",
                    .body = std::move(body),
                    .cookie = cookie,
                    .requested_by = std::move(requested_by)};
    return serve(request, world.door, world.operations, world.history);
  }
  Response sign_in(const std::string& token) {
    auto answer = send("POST", "/login", json{{"token", token}}.dump(), "");
    const auto set = field_of(answer, "Set-Cookie");
    if (!set.empty()) cookie = set.substr(0, set.find(';'));
    return answer;
  }
};

}  // namespace

TEST_CASE("console: a token is given for a cookie that only this origin sends and no script reads [issue 14]") {
  World world;
  Browser browser{world};
  const auto answer = browser.sign_in("all-of-it");
  CHECK(answer.status == 200);
  CHECK(json::parse(answer.body) == json{{"name", "MANAGEMENT_TOKEN"}, {"right", "everything"}});
  const auto cookie = http::parse_set_cookie(field_of(answer, "Set-Cookie"));
  REQUIRE(cookie.has_value());
  CHECK(cookie->name == "xsr-console");
  CHECK(cookie->value.size() >= 40);
  CHECK(cookie->value.find("all-of-it") == std::string::npos);
  CHECK(cookie->path == "/");
  CHECK(cookie->domain.empty());
  CHECK(cookie->max_age == 8 * 3600);
  CHECK(cookie->http_only);
  CHECK_FALSE(cookie->secure);
  CHECK(cookie->same_site == "Strict");
  CHECK(browser.send("GET", "/api/config").status == 200);
}

TEST_CASE("console: over TLS the cookie is Secure, and no other host can have set it [issue 14]") {
  World world;
  Doorkeeper door({Secret("all-of-it"), Secret(), false, true}, world.clock);
  const Request request{.method = "POST", .path = "/login", .address = "192.0.2.1", .body = R"({"token":"all-of-it"})"};
  const auto set = field_of(serve(request, door, world.operations, world.history), "Set-Cookie");
  CHECK(set.starts_with("__Host-xsr-console="));
  CHECK(http::parse_set_cookie(set)->secure);
}

TEST_CASE("console: with the cookie every change needs x-requested-by, with a token none does [issue 14]") {
  World world;
  Browser browser{world};
  browser.sign_in("all-of-it");
  struct Row {
    const char* method;
    const char* path;
    const char* body;
  };
  for (const auto& [method, path, body] :
       {Row{"POST", "/api/reload", ""}, Row{"PUT", "/api/log-level", R"({"level":"info"})"},
        Row{"DELETE", "/api/sessions/0123456789ab", ""}, Row{"POST", "/api/sessions/end", R"({"all":true})"},
        Row{"POST", "/api/outbox/retry", R"({"all":true})"}, Row{"DELETE", "/api/outbox/l-1.1", ""},
        Row{"POST", "/api/explain", R"({"url":"/"})"}, Row{"DELETE", "/login", ""}}) {
    CAPTURE(path);
    CHECK(browser.send(method, path, body, "").status == 403);
    CHECK(world.ask(method, path, "all-of-it", body).status < 300);
    if (std::string_view(path) != "/login") CHECK(browser.send(method, path, body).status < 300);
  }
  CHECK(browser.send("GET", "/api/overview", "", "").status == 200);
  CHECK(browser.send("HEAD", "/api/overview", "", "").status == 200);
}

TEST_CASE("console: who may look and no more signs in to look and no more [issue 14]") {
  World world;
  Browser browser{world};
  CHECK(json::parse(browser.sign_in("only-look").body)["right"] == "look");
  CHECK(browser.send("GET", "/api/sessions").status == 200);
  CHECK(browser.send("POST", "/api/explain", R"({"url":"/"})").status == 200);
  CHECK(browser.send("POST", "/api/reload").status == 403);
  CHECK(browser.send("POST", "/api/sessions/end", R"({"all":true,"dry_run":true})").status == 403);
  CHECK(browser.send("DELETE", "/login").status == 200);
}

TEST_CASE("console: it says who one is, also to nobody [issue 14]") {
  World world;
  Browser browser{world};
  CHECK(json::parse(browser.send("GET", "/login").body) == json{{"name", ""}, {"right", "nothing"}});
  browser.sign_in("all-of-it");
  CHECK(json::parse(browser.send("GET", "/login").body)["name"] == "MANAGEMENT_TOKEN");
  CHECK(world.ask("GET", "/login", "only-look").body.find("look") != std::string::npos);
  CHECK(world.ask("GET", "/login", "wrong").status == 401);
}

TEST_CASE("console: a wrong token counts like a wrong bearer, and a cookie stays good meanwhile [issue 14]") {
  World world;
  Browser before{world};
  before.sign_in("all-of-it");
  Browser browser{world};
  for (int i = 0; i < 3; ++i) {
    const auto answer = browser.sign_in("wrong");
    CHECK(answer.status == 401);
    CHECK(field_of(answer, "Set-Cookie").empty());
  }
  for (int i = 0; i < 2; ++i) CHECK(world.ask("GET", "/api/overview", "wrong").status == 401);
  const auto refused = browser.sign_in("all-of-it");
  CHECK(refused.status == 429);
  CHECK(refused.come_again_after >= 1);
  CHECK(browser.cookie.empty());
  CHECK(world.ask("GET", "/api/overview").status == 429);
  CHECK(before.send("GET", "/api/overview").status == 200);
  world.clock.advance(base::seconds(13));
  CHECK(browser.sign_in("all-of-it").status == 200);
}

TEST_CASE("console: what is no token in JSON is no try [issue 14]") {
  World world;
  Browser browser{world};
  for (const auto* body : {"", "{}", R"({"token":1})", R"({"token":null})", R"(["all-of-it"])",
                           R"({"token":"all-of-it","more":1})", "token=all-of-it", R"("all-of-it")"}) {
    CAPTURE(body);
    CHECK(browser.send("POST", "/login", body).status == 400);
  }
  CHECK(browser.send("POST", "/login", R"({"token":""})").status == 401);
  CHECK(browser.sign_in("all-of-it").status == 200);
}

TEST_CASE(
    "console: the cookie ends after 8 hours, when one signs out, and where it is guessed or sent twice [issue 14]") {
  World world;
  Browser browser{world};
  browser.sign_in("all-of-it");
  world.clock.advance(base::seconds(8 * 3600 - 1));
  CHECK(browser.send("GET", "/api/overview").status == 200);
  world.clock.advance(base::seconds(1));
  CHECK(browser.send("GET", "/api/overview").status == 401);

  browser.sign_in("all-of-it");
  Browser other{world};
  other.sign_in("all-of-it");
  const auto out = browser.send("DELETE", "/login");
  CHECK(out.status == 200);
  CHECK(field_of(out, "Set-Cookie").starts_with("xsr-console=;"));
  CHECK(http::parse_set_cookie(field_of(out, "Set-Cookie"))->max_age == 0);
  CHECK(browser.send("GET", "/api/overview").status == 401);
  CHECK(other.send("GET", "/api/overview").status == 200);

  // one that is not known is nobody's, and no guess that counts
  const auto mine = other.cookie;
  for (const auto* cookie :
       {"xsr-console=", "xsr-console=guess", "xsr-console=all-of-it", "__Host-xsr-console=x", "other=1"}) {
    other.cookie = cookie;
    CHECK(other.send("GET", "/api/overview").status == 401);
  }
  other.cookie = mine + "; xsr-console=another";
  CHECK(other.send("GET", "/api/overview").status == 401);
  other.cookie = "a=b; " + mine;
  CHECK(other.send("GET", "/api/overview").status == 200);
}

TEST_CASE("console: who signs in again has one cookie, and the one before is worth nothing [issue 14]") {
  World world;
  Browser browser{world};
  browser.sign_in("all-of-it");
  Browser before{world, browser.cookie};
  browser.sign_in("only-look");
  CHECK(before.send("GET", "/api/overview").status == 401);
  CHECK(json::parse(browser.send("GET", "/login").body)["right"] == "look");
}

TEST_CASE("console: as many sign-ins as may be push out the oldest [issue 14]") {
  World world;
  Browser first{world};
  first.sign_in("all-of-it");
  world.clock.advance(base::seconds(1));
  Browser second{world};
  second.sign_in("all-of-it");
  world.clock.advance(base::seconds(1));
  for (std::size_t i = 1; i < SignIns::kMost; ++i) Browser{world}.sign_in("all-of-it");
  CHECK(first.send("GET", "/api/overview").status == 401);
  CHECK(second.send("GET", "/api/overview").status == 200);
}

TEST_CASE("console: its files need no token, and load and obey nothing from elsewhere [issue 14]") {
  World world;
  for (const auto* path : {"/", "/console/console.css", "/console/main.js", "/console/texts.js", "/console/icon.svg"}) {
    CAPTURE(path);
    const auto answer = world.ask("GET", path, "");
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.body.empty());
    const auto policy = field_of(answer, "Content-Security-Policy");
    for (const auto* rule :
         {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"}) {
      CHECK(policy.find(rule) != std::string::npos);
    }
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK(answer.body.find("http://www.w3.org") == answer.body.find("http"));
  }
  CHECK(world.ask("GET", "/").type == "text/html; charset=utf-8");
  for (const auto* path : {"/console/", "/console/nothing.js", "/console/../schemas.h", "/console/a/b"}) {
    CAPTURE(path);
    CHECK(world.ask("GET", path).status == 404);
  }
  CHECK(world.ask("POST", "/").status == 405);
}

TEST_CASE("console: without a configured token nobody signs in, on a Unix socket nobody has to [issue 14]") {
  World world;
  Doorkeeper closed({}, world.clock);
  const Request request{.method = "POST", .path = "/login", .address = "192.0.2.1", .body = R"({"token":""})"};
  CHECK(serve(request, closed, world.operations, world.history).status == 403);
  Doorkeeper socket({Secret("all-of-it"), Secret(), true}, world.clock);
  const auto answer = serve({.method = "GET", .path = "/login"}, socket, world.operations, world.history);
  CHECK(json::parse(answer.body)["right"] == "everything");
}

TEST_CASE("console: a page of another site changes nothing by a Unix socket that was brought to a port [issue 14]") {
  World world;
  Doorkeeper socket({Secret("all-of-it"), Secret(), true}, world.clock);
  Request request{.method = "POST", .path = "/api/reload"};
  CHECK(serve(request, socket, world.operations, world.history).status == 200);
  request.origin = "https://elsewhere.example";
  CHECK(serve(request, socket, world.operations, world.history).status == 403);
  request.requested_by = "console";
  CHECK(serve(request, socket, world.operations, world.history).status == 200);
}

TEST_CASE("console: a page whose name was led to a Unix socket reads nothing there, and changes nothing [issue 14]") {
  World world;
  Doorkeeper socket({Secret("all-of-it"), Secret(), true}, world.clock);
  for (const auto* method : {"GET", "POST", "DELETE"}) {
    for (const auto* path : {"/api/config", "/api/sessions", "/api/reload", "/login", "/nothing"}) {
      CAPTURE(path);
      const Request request{.method = method, .path = path, .requested_by = "console", .host = "rebound.example:9090"};
      const auto status = serve(request, socket, world.operations, world.history).status;
      CHECK((status == 403 || (path == std::string_view("/login") && status >= 400)));
    }
  }
}

TEST_CASE("console: a page of another site signs nobody in, and uses no try of an address up [issue 14]") {
  World world;
  Request request{.method = "POST", .path = "/login", .address = "192.0.2.1", .body = R"({"token":"wrong"})"};
  request.origin = "https://elsewhere.example";
  for (int i = 0; i < 10; ++i) CHECK(serve(request, world.door, world.operations, world.history).status == 403);
  request.body = R"({"token":"all-of-it"})";
  CHECK(serve(request, world.door, world.operations, world.history).status == 403);
  request.requested_by = "console";
  CHECK(serve(request, world.door, world.operations, world.history).status == 200);
}

}  // namespace router::sign_in_test
