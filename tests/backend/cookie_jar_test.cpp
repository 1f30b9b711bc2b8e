#include "backend/cookie_jar.h"

#include <doctest/doctest.h>

#include "session/memory_store.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::cookie_jar_test {

using backend::CookieChange;
using backend::JarScope;
using session::BackendCookie;

namespace {

const config::Logout kNoApplications;

const session::CookieNames kOwn{config::Environment{}};
const JarScope kCrm{"crm", "/api/orders", "/crm/orders", true};
const base::WallTime kNow{std::chrono::seconds(1'800'000'000)};

BackendCookie cookie(std::string name, std::string value, std::string path = "/", std::string destination = "crm") {
  return {std::move(destination), std::move(name), base::Secret(std::move(value)), std::move(path), false};
}

backend::SetCookies sort(const std::string& field, bool has_jar = true, bool set_session_cookies = false) {
  static std::vector<http::Headers> answers;  // what the views look into
  answers.emplace_back().add("Set-Cookie", field);
  return backend::sort_set_cookies(answers.back(), kCrm, {kOwn, has_jar, set_session_cookies}, kNow);
}

std::string cookie_field(const std::string& from_client, const std::vector<BackendCookie>& jar, JarScope scope = kCrm) {
  http::Headers request;
  if (!from_client.empty()) request.add("Cookie", from_client);
  std::string out;
  backend::write_cookie_field(request, jar, scope, kOwn, out);
  return out;
}

}  // namespace

TEST_CASE("cookie jar: session cookies stay in the router, others pass, the router's own names never do") {
  const char* const deleted = "sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
  const struct {
    const char* field;
    bool has_jar;
    bool flag;  // setBackendSessionCookies
    bool to_browser;
    const char* to_jar;  // "keep", "forget" or ""
  } rows[] = {
      {"sid=1", true, false, false, "keep"},
      {"sid=1", true, true, true, "forget"},
      {"sid=1", false, false, false, ""},
      {"sid=1", false, true, true, ""},
      {"theme=dark; Max-Age=3600", true, false, true, "forget"},
      {"theme=dark; Max-Age=3600", false, false, true, ""},
      {"theme=dark; Expires=Tue, 01 Jan 2030 00:00:00 GMT", true, false, true, "forget"},
      {deleted, true, false, true, "forget"},
      {"sid=; Max-Age=0", true, false, true, "forget"},
      {"JSESSIONID=x", true, false, false, "keep"},
      {"JSESSIONID=x", true, true, false, "keep"},
      {"JSESSIONID=x", false, true, false, ""},
      {"xsr-login-3=x", true, true, false, "keep"},
      {"sid=1; Path=/; HttpOnly; SameSite=Lax", true, true, true, "forget"},
      {"sid=; Max-Age=0", true, true, true, "forget"},
      {"JSESSIONID=x; Max-Age=3600", true, false, false, ""},
      {"JSESSIONID=; Max-Age=0; Path=/", true, false, false, "forget"},
      {"JSESSIONID=; Max-Age=0; Path=/", false, true, false, ""},
      {"xsr-login-3=x; Max-Age=300", true, true, false, ""},
      {"=JSESSIONID=x; Max-Age=3600", true, true, false, ""},
      {"JSESSIONID", true, true, false, ""},
      {"", true, true, false, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.field);
    CAPTURE(row.has_jar);
    CAPTURE(row.flag);
    const auto sorted = sort(row.field, row.has_jar, row.flag);
    CHECK(sorted.to_browser.size() == (row.to_browser ? 1 : 0));
    const std::string jar = sorted.to_jar.empty() ? "" : sorted.to_jar[0].forget ? "forget" : "keep";
    CHECK(jar == row.to_jar);
  }
}

TEST_CASE("cookie jar: with setBackendSessionCookies no cookie under a name of the router reaches the browser [K2]") {
  config::Configuration config;
  config.am.emplace();
  config.environment.platform_cookie_name = "PLATFORM";
  for (const bool prefixed : {false, true}) {
    config.environment.cookie_prefix = prefixed;
    const session::CookieNames own(config);
    for (std::string name : {"JSESSIONID", "xsr-login-0", "xsr-fragment-7", "iPlanetDirectoryPro", "PLATFORM"}) {
      if (prefixed && name != "PLATFORM") name.insert(0, "__host-");
      CAPTURE(name);
      for (const char* rest : {"=x; Secure; Path=/", "=; Max-Age=0; Secure; Path=/", "=x; Max-Age=9; Secure; Path=/"}) {
        http::Headers answer;
        answer.add("Set-Cookie", name + rest);
        for (const bool has_jar : {false, true})
          CHECK(backend::sort_set_cookies(answer, kCrm, {own, has_jar, true}, kNow).to_browser.empty());
      }
    }
  }
}

TEST_CASE("cookie jar: a cookie without a Path belongs to the directory of the request") {
  CHECK(sort("sid=1").to_jar[0].cookie.path == "/api");
  CHECK(sort("sid=1; Path=/x").to_jar[0].cookie.path == "/x");
  CHECK(sort("sid=1; Path=x").to_jar[0].cookie.path == "/api");
}

TEST_CASE("cookie jar: a cookie is known by destination, name and path") {
  std::vector<BackendCookie> jar;
  CHECK(backend::apply_changes({{cookie("sid", "1"), false}}, 1000, jar));
  CHECK_FALSE(backend::apply_changes({{cookie("sid", "1"), false}}, 1000, jar));
  CHECK(backend::apply_changes({{cookie("sid", "2"), false}}, 1000, jar));
  CHECK(jar.size() == 1);
  CHECK(backend::apply_changes({{cookie("sid", "3", "/api"), false}}, 1000, jar));
  CHECK(backend::apply_changes({{cookie("sid", "4", "/", "erp"), false}}, 1000, jar));
  CHECK(jar.size() == 3);
  CHECK(backend::apply_changes({{cookie("sid", ""), true}}, 1000, jar));
  CHECK_FALSE(backend::apply_changes({{cookie("sid", ""), true}}, 1000, jar));
  CHECK(jar.size() == 2);
}

TEST_CASE("cookie jar: stays within its bound, and one destination does not push out another's cookies") {
  std::vector<BackendCookie> jar{cookie("keep", "me", "/", "erp")};
  for (int i = 0; i < 100; ++i) {
    backend::apply_changes({{cookie("c" + std::to_string(i), std::string(50, 'x')), false}}, 500, jar);
  }
  std::size_t bytes = 0;
  for (const auto& kept : jar)
    bytes += kept.destination.size() + kept.name.size() + kept.value.size() + kept.path.size();
  CHECK(bytes <= 500);
  CHECK(jar.front().name == "keep");
  CHECK(jar.back().name == "c99");
  CHECK(backend::apply_changes({{cookie("huge", std::string(1000, 'x')), false}}, 500, jar));
  CHECK(jar.size() == 1);
}

TEST_CASE("cookie jar: the back-end gets the client's cookies without the router's, and the jar's") {
  const std::string own = "JSESSIONID=" + std::string(43, 'A') + "; xsr-login-1=x";
  const std::vector<BackendCookie> jar{cookie("sid", "1"), cookie("other", "2", "/", "erp")};
  const struct {
    std::string from_client;
    std::string expected;
  } rows[] = {
      {"", "Cookie: sid=1\r\n"},
      {own, "Cookie: sid=1\r\n"},
      {own + "; theme=dark", "Cookie: theme=dark; sid=1\r\n"},
      {"sid=forged; a=\"q\"", "Cookie: a=\"q\"; sid=1\r\n"},
      {"nameless; =x; a=1", "Cookie: a=1; sid=1\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.from_client);
    CHECK(cookie_field(row.from_client, jar) == row.expected);
  }
  CHECK(cookie_field(own, {}).empty());
}

TEST_CASE("cookie jar: a back-end's own JSESSIONID lives in the jar beside the router's in the browser") {
  CHECK(cookie_field("JSESSIONID=" + std::string(43, 'A'), {cookie("JSESSIONID", "java")}) ==
        "Cookie: JSESSIONID=java\r\n");
}

TEST_CASE("cookie jar: Path and Secure are respected") {
  auto secure = cookie("s", "1");
  secure.secure = true;
  const JarScope plain{"crm", "/api/orders", "/crm/orders", false};
  CHECK(cookie_field("", {secure}, plain).empty());
  CHECK(cookie_field("", {secure}) == "Cookie: s=1\r\n");
  CHECK(cookie_field("", {cookie("a", "1", "/api")}) == "Cookie: a=1\r\n");
  CHECK(cookie_field("", {cookie("a", "1", "/api/orders")}) == "Cookie: a=1\r\n");
  CHECK(cookie_field("", {cookie("a", "1", "/ap")}).empty());
  CHECK(cookie_field("", {cookie("a", "1", "/other")}).empty());
  CHECK(cookie_field("", {cookie("a", "1", "/crm")}) == "Cookie: a=1\r\n");
  CHECK(cookie_field("", {cookie("a", "1", "/"), cookie("a", "2", "/api")}) == "Cookie: a=2\r\n");
}

TEST_CASE("cookie jar: saving goes through a change by somebody else, and never revives an ended session") {
  test::FakeClock clock;
  session::MemoryStore store(clock);
  const auto fresh = test::make_session();
  REQUIRE(test::run_task(store.create(fresh)));
  const auto held = **test::run_task(store.find(fresh.id));
  const auto save = [&](const std::string& name, const std::string& value) {
    return *test::run_task(
        backend::save_cookies(store, held, "crm", {{cookie(name, value), false}}, 1000, kNoApplications));
  };
  CHECK(save("a", "1")->backend_cookies.size() == 1);
  // `held` is an old state by now
  CHECK(save("b", "1")->backend_cookies.size() == 2);
  const auto generation = (**test::run_task(store.find(fresh.id)))->generation;
  REQUIRE(test::run_task(store.end(fresh.id)));
  CHECK(save("c", "1") == nullptr);
  CHECK_FALSE(test::run_task(store.find(fresh.id))->has_value());
  CHECK(generation == 3);
}

TEST_CASE("cookie jar: a cookie that is there already costs no write") {
  test::FakeClock clock;
  session::MemoryStore store(clock);
  auto fresh = test::make_session();
  fresh.backend_cookies = {cookie("a", "1")};
  REQUIRE(test::run_task(store.create(fresh)));
  const auto held = **test::run_task(store.find(fresh.id));
  const auto saved =
      test::run_task(backend::save_cookies(store, held, "crm", {{cookie("a", "1"), false}}, 1000, kNoApplications));
  CHECK(*saved == held);
}

TEST_CASE("cookie jar: a cookie that comes late does not bring back an application that was left meanwhile") {
  test::FakeClock clock;
  session::MemoryStore store(clock);
  config::Logout logout;
  config::ApplicationLogout application;
  application.name = "the bank";
  application.destinations = {cookie("a", "1").destination};
  logout.applications = {application};
  const auto fresh = test::make_session();
  REQUIRE(test::run_task(store.create(fresh)));
  const auto held = **test::run_task(store.find(fresh.id));
  session::Session changed = *held;
  changed.ended_applications = {"the bank"};
  REQUIRE(test::run_task(store.replace(std::move(changed))));

  const auto saved =
      test::run_task(backend::save_cookies(store, held, "crm", {{cookie("a", "1"), false}}, 1000, logout));
  CHECK((*saved)->backend_cookies.empty());
  CHECK((**test::run_task(store.find(fresh.id)))->backend_cookies.empty());
}

}  // namespace router::cookie_jar_test
