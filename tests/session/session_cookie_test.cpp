#include "session/session_cookie.h"

#include <doctest/doctest.h>

#include "session/memory_store.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::session_cookie_test {

using session::SessionCookie;
using session::SessionId;

namespace {

http::External external(std::string scheme) {
  http::External outside;
  outside.scheme = std::move(scheme);
  outside.authority = "app.example";
  return outside;
}

http::Headers with_cookie(const std::string& value) {
  http::Headers headers;
  headers.add("Cookie", value);
  return headers;
}

const SessionId kId = *SessionId::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
const std::string kText(kId.reveal());

}  // namespace

TEST_CASE("session cookie: attributes follow the environment and the scheme seen from outside") {
  config::Environment plain;
  config::Environment never_secure;
  never_secure.secure_session_cookie = false;
  config::Environment always_secure;
  always_secure.secure_session_cookie = true;
  config::Environment prefixed;
  prefixed.cookie_prefix = true;
  config::Environment none;
  none.cookies.same_site = "None";
  const struct {
    const config::Environment& environment;
    const char* scheme;
    std::string expected;
  } rows[] = {
      {plain, "http", "JSESSIONID=" + kText + "; Path=/; HttpOnly; SameSite=Lax"},
      {plain, "https", "JSESSIONID=" + kText + "; Path=/; Secure; HttpOnly; SameSite=Lax"},
      {never_secure, "https", "JSESSIONID=" + kText + "; Path=/; HttpOnly; SameSite=Lax"},
      {always_secure, "http", "JSESSIONID=" + kText + "; Path=/; Secure; HttpOnly; SameSite=Lax"},
      {prefixed, "https", "__Host-JSESSIONID=" + kText + "; Path=/; Secure; HttpOnly; SameSite=Lax"},
      {none, "https", "JSESSIONID=" + kText + "; Path=/; Secure; HttpOnly; SameSite=None"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    CHECK(SessionCookie(row.environment).make(kId, external(row.scheme), "").to_string() == row.expected);
  }
}

TEST_CASE("session cookie: Partitioned for the browsers it is configured for, and only with Secure") {
  config::Environment environment;
  environment.cookies.same_site = "None";
  environment.cookies.partitioned = true;
  environment.cookies.partitioned_agents = {"Chrom(e|ium)/1[1-9][0-9]"};
  environment.cookies.not_partitioned_agents = {"Edg/"};
  const SessionCookie cookie(environment);
  CHECK(cookie.make(kId, external("https"), "Mozilla/5.0 Chrome/120.0").partitioned);
  CHECK_FALSE(cookie.make(kId, external("https"), "Mozilla/5.0 Chrome/120.0 Edg/120").partitioned);
  CHECK_FALSE(cookie.make(kId, external("https"), "Mozilla/5.0 Firefox/120").partitioned);
  CHECK_FALSE(cookie.make(kId, external("http"), "Mozilla/5.0 Chrome/120.0").partitioned);
}

TEST_CASE("session cookie: what deletes it has the attributes of what set it") {
  for (const char* scheme : {"http", "https"}) {
    const SessionCookie cookie{config::Environment{}};
    const auto set = cookie.make(kId, external(scheme), "");
    const auto deleted = cookie.deletion(external(scheme), "");
    CHECK(deleted.name == set.name);
    CHECK(deleted.path == set.path);
    CHECK(deleted.domain == set.domain);
    CHECK(deleted.secure == set.secure);
    CHECK(deleted.same_site == set.same_site);
    CHECK(deleted.http_only == set.http_only);
    CHECK(deleted.max_age == 0);
    CHECK(deleted.value.empty());
  }
}

TEST_CASE("session cookie: only cookies of exactly its name with the form of an id are read") {
  const SessionCookie cookie{config::Environment{}};
  const std::string other(43, 'B');
  const struct {
    std::string field;
    std::size_t count;
  } rows[] = {
      {"JSESSIONID=" + kText, 1},
      {"a=b; JSESSIONID=" + kText + "; c=d", 1},
      {"jsessionid=" + kText, 0},
      {"=JSESSIONID=" + kText, 0},
      {"__Host-JSESSIONID=" + kText, 0},
      {"JSESSIONID=" + kText.substr(1), 0},
      {"JSESSIONID=", 0},
      {"JSESSIONID", 0},
      {"JSESSIONID=" + std::string(100'000, 'A'), 0},
      {"JSESSIONID=junk; JSESSIONID=" + kText, 1},
      {"JSESSIONID=" + kText + "; JSESSIONID=" + kText, 1},
      {"JSESSIONID=" + kText + "; JSESSIONID=" + other, 2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.field.substr(0, 100));
    CHECK(cookie.read(with_cookie(row.field)).by_cookie.size() == row.count);
  }
}

TEST_CASE("session cookie: the token of REST clients is read from its field, which alone decides, or its cookie") {
  config::Configuration configuration;
  configuration.am.emplace();
  const SessionCookie cookie(configuration);
  const std::string other(43, 'B');
  struct Row {
    const char* field;
    std::string cookies;
    std::vector<std::string> ids;
  };
  const std::vector<Row> rows = {
      {kText.c_str(), "", {kText}},
      {kText.c_str(), "JSESSIONID=" + other, {kText}},
      {"AQIC5w", "JSESSIONID=" + other, {}},
      {nullptr, "iPlanetDirectoryPro=" + kText, {kText}},
      {nullptr, "JSESSIONID=" + kText + "; iPlanetDirectoryPro=" + kText, {kText}},
      {nullptr, "iplanetdirectorypro=" + kText, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.cookies);
    auto headers = with_cookie(row.cookies);
    if (row.field != nullptr) headers.add("iPlanetDirectoryPro", row.field);
    std::vector<std::string> found;
    for (const auto& id : cookie.read(headers).of_user()) found.emplace_back(id.reveal());
    CHECK(found == row.ids);
  }
  auto without = with_cookie("");
  without.add("iPlanetDirectoryPro", kText);
  CHECK(SessionCookie(config::Environment{}).read(without).all().empty());
}

TEST_CASE(
    "session cookie: a browser may hold hundreds of sessions; with more than a few it is nobody's request "
    "[S4]") {
  test::FakeClock clock;
  session::MemoryStore store(clock);
  const auto mine = test::make_session();
  REQUIRE(test::run_task(store.create(mine)));
  for (const std::size_t junk :
       {std::size_t{4}, session::kMostCandidates - 1, session::kMostCandidates, std::size_t{250}}) {
    CAPTURE(junk);
    std::string field;
    for (std::size_t i = 0; i < junk; ++i) field += "JSESSIONID=" + std::string(SessionId::random().reveal()) + "; ";
    auto named =
        SessionCookie{config::Environment{}}.read(with_cookie(field + "JSESSIONID=" + std::string(mine.id.reveal())));
    CHECK(named.all().size() == junk + 1);
    const auto held = test::run_task(session::find_held(store, named.all()));
    REQUIRE(held);
    REQUIRE(held->size() == 1);
    CHECK(held->front()->id == mine.id);
    CHECK((test::run_task(session::find_visitor(store, std::move(named)))->user != nullptr) ==
          (junk < session::kMostCandidates));
  }
}

TEST_CASE("session cookie: who it is, and what the browser holds, are two questions [S4]") {
  config::Configuration configuration;
  configuration.am.emplace();
  const SessionCookie cookie(configuration);
  test::FakeClock clock;
  session::MemoryStore store(clock);
  const auto ada = test::make_session("ada");
  const auto eve = test::make_session("eve");
  REQUIRE(test::run_task(store.create(ada)));
  REQUIRE(test::run_task(store.create(eve)));
  const std::string a(ada.id.reveal());
  const std::string e(eve.id.reveal());
  struct Row {
    std::vector<std::string> fields;
    std::string cookies;
    std::string user;  // empty: nobody
    std::size_t held;
  };
  const std::vector<Row> rows = {
      {{}, "JSESSIONID=" + a, "ada", 1},
      {{}, "JSESSIONID=" + a + "; JSESSIONID=" + a, "ada", 1},
      {{}, "JSESSIONID=" + a + "; JSESSIONID=" + kText, "ada", 1},
      {{}, "JSESSIONID=" + kText + "; JSESSIONID=" + a, "ada", 1},
      {{}, "JSESSIONID=" + a + "; JSESSIONID=" + e, "", 2},
      {{}, "JSESSIONID=" + a + "; iPlanetDirectoryPro=" + e, "", 2},
      {{}, "JSESSIONID=" + kText + "; iPlanetDirectoryPro=" + e, "eve", 1},
      {{a}, "", "ada", 1},
      {{a}, "JSESSIONID=" + e, "ada", 2},
      {{kText}, "JSESSIONID=" + e, "", 1},
      {{"junk"}, "JSESSIONID=" + e, "", 1},
      {{a, a}, "", "", 1},
      {{a, e}, "", "", 2},
      {{a, "junk"}, "", "", 1},
      {{}, "JSESSIONID=junk", "", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.cookies);
    auto headers = with_cookie(row.cookies);
    for (const auto& field : row.fields) headers.add("iPlanetDirectoryPro", field);
    const auto held = test::run_task(session::find_held(store, cookie.read(headers).all()));
    const auto user = test::run_task(session::find_visitor(store, cookie.read(headers)))->user;
    CHECK((user ? user->user_name : "") == row.user);
    CHECK(held->size() == row.held);
  }
}

TEST_CASE("session cookie: an anonymous session is nobody, and stands back behind a user's [K1]") {
  config::Configuration configuration;
  configuration.am.emplace();
  const SessionCookie cookie(configuration);
  test::FakeClock clock;
  session::MemoryStore store(clock);
  const auto ada = test::make_session("ada");
  const auto eve = test::make_session("eve");
  const auto one = test::make_anonymous();
  const auto two = test::make_anonymous();
  for (const auto& session : {ada, eve, one, two}) REQUIRE(test::run_task(store.create(session)));
  const auto named = [](const session::Session& session) { return "JSESSIONID=" + std::string(session.id.reveal()); };
  struct Row {
    std::string field;  // of REST clients
    std::string cookies;
    std::string user;
    bool is_anonymous;
    bool is_new;
  };
  const std::string many_unknown = [] {
    std::string text;
    for (char c = 'A'; c < 'Z'; ++c) text += "JSESSIONID=" + std::string(43, c) + "; ";
    return text;
  }();
  const std::vector<Row> rows = {
      {"", "", "", false, true},
      {"", "JSESSIONID=" + kText, "", false, true},
      {"", "JSESSIONID=junk; a=b", "", false, true},
      {"", named(one), "", true, false},
      {"", named(one) + "; JSESSIONID=" + kText, "", true, false},
      {"", named(one) + "; " + named(ada), "ada", false, false},
      {"", named(one) + "; iPlanetDirectoryPro=" + std::string(ada.id.reveal()), "ada", false, false},
      {"", named(one) + "; " + named(two) + "; " + named(ada), "ada", false, false},
      {"", named(one) + "; " + named(two), "", false, false},
      {"", named(ada) + "; " + named(eve), "", false, false},
      {"", named(ada) + "; " + named(eve) + "; " + named(one), "", false, false},
      {"", many_unknown, "", false, false},
      {kText, "", "", false, false},
      {kText, named(ada), "", false, false},
      {"junk", named(one), "", false, false},
      {std::string(one.id.reveal()), "", "", true, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.field);
    CAPTURE(row.cookies);
    auto headers = with_cookie(row.cookies);
    if (!row.field.empty()) headers.add("iPlanetDirectoryPro", row.field);
    const auto visitor = *test::run_task(session::find_visitor(store, cookie.read(headers)));
    CHECK((visitor.user ? visitor.user->user_name : "") == row.user);
    CHECK((visitor.anonymous != nullptr) == row.is_anonymous);
    CHECK(visitor.is_new == row.is_new);
  }
}

TEST_CASE("session cookie: with the prefix, a cookie without it or in other case is not ours to read") {
  config::Environment environment;
  environment.cookie_prefix = true;
  const SessionCookie cookie(environment);
  CHECK(cookie.read(with_cookie("__Host-JSESSIONID=" + kText)).all().size() == 1);
  CHECK(cookie.read(with_cookie("JSESSIONID=" + kText)).all().empty());
  CHECK(cookie.read(with_cookie("__host-JSESSIONID=" + kText)).all().empty());
}

TEST_CASE("session cookie: a tossed cookie beside the real one is passed over; two real ones are none") {
  test::FakeClock clock;
  session::MemoryStore store(clock);
  const auto mine = test::make_session();
  const auto theirs = test::make_session("mallory");
  REQUIRE(test::run_task(store.create(mine)));
  REQUIRE(test::run_task(store.create(theirs)));
  const auto find = [&](std::vector<SessionId> ids) {
    session::NamedSessions named;
    named.by_cookie = std::move(ids);
    return test::run_task(session::find_visitor(store, std::move(named)))->user;
  };
  CHECK(find({kId, mine.id})->id == mine.id);
  CHECK_FALSE(find({mine.id, theirs.id}));
  CHECK_FALSE(find({kId}));
  CHECK_FALSE(find({}));
}

TEST_CASE(
    "session cookie: with COOKIE_PREFIX no cookie without it names a session, that of REST clients included "
    "[S16]") {
  config::Configuration configuration;
  configuration.environment.cookie_prefix = true;
  configuration.am.emplace();
  const SessionCookie cookie(configuration);
  const struct {
    const char* name;
    bool is_read;
    bool is_ours;  // goes to no back-end
  } rows[] = {
      {"__Host-JSESSIONID", true, true},
      {"__Host-iPlanetDirectoryPro", true, true},
      {"__host-iPlanetDirectoryPro", false, true},
      {"__HOST-IPLANETDIRECTORYPRO", false, true},
      {"iPlanetDirectoryPro", false, true},
      {"__Secure-iPlanetDirectoryPro", false, false},
      {"JSESSIONID", false, false},
      {"__Host-xsr-fragment-0", false, true},
      {"xsr-fragment-0", false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(cookie.read(with_cookie(row.name + ("=" + kText))).all().size() == (row.is_read ? 1 : 0));
    CHECK(cookie.is_router_cookie(row.name) == row.is_ours);
  }
  // the field cannot be set by a sibling domain
  http::Headers field;
  field.add("iPlanetDirectoryPro", kText);
  CHECK(cookie.read(field).of_user().size() == 1);
  configuration.am->cookie_name = "__Host-token";
  CHECK(session::CookieNames(configuration).rest_cookie() == "__Host-token");
  configuration.environment.cookie_prefix = false;
  configuration.am->cookie_name = "token";
  CHECK(session::CookieNames(configuration).rest_cookie() == "token");
}

}  // namespace router::session_cookie_test
