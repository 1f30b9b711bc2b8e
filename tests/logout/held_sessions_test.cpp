// A logout ends every session that the browser names, also where several make it unclear who is signed in [S4].
#include "logout/held_sessions.h"

#include <doctest/doctest.h>

#include <functional>

#include "logout/agent_world.h"
#include "logout/away_store.h"
#include "logout/rest_world.h"

namespace router::held_sessions_test {

using test::junk_ids;
using test::Request;

namespace {

const std::string kHosted = "/customer/auth-ui/logout?client_id=client";

// Every dialect at once, and two people's sessions in one browser.
struct Crowd : test::AgentWorld {
  Crowd() {
    config.am.emplace();
    config::HostedLogin hosted;
    hosted.customer_id = "customer";
    hosted.clients["client"];
    config.hosted_login = hosted;
    ada = sign_in("ada");
    eve = sign_in("eve");
  }
  static std::string id_of(const session::Snapshot& session) { return std::string(session->id.reveal()); }
  std::string both() const { return "JSESSIONID=" + id_of(ada) + "; JSESSIONID=" + id_of(eve); }
  std::string states() { return state_of(ada) + ", " + state_of(eve); }
  std::optional<http::Response> post(std::string_view url, test::HeaderList fields) {
    const Request request("POST", url, fields);
    return send(request);
  }

  session::Snapshot ada;
  session::Snapshot eve;
};

}  // namespace

TEST_CASE(
    "held sessions: the cookie from before a login ends what the login brought in, each way of logging out [S7]") {
  struct Row {
    const char* method;
    std::string url;
    test::HeaderList more;
  };
  const std::vector<Row> rows = {
      {"GET", "/my/logout", {}},
      {"GET", kHosted, {}},
      {"GET", "/mywebapp/agentapp/log-me-out", {}},
      {"GET", "/anything?logout", {}},
      {"POST", "/json/sessions/?_action=logout", {{"X-Requested-With", "XMLHttpRequest"}}},
  };
  for (const auto& row : rows) {
    for (const int logins : {1, 2}) {
      CAPTURE(row.url);
      CAPTURE(logins);
      Crowd crowd;
      const std::string dead = Crowd::id_of(crowd.ada);
      const auto take_nothing = [](const session::Session&, session::Session&) {};
      auto current = crowd.ada->id;
      for (int i = 0; i < logins; ++i) {
        auto next = crowd.make_session("ada");
        const auto id = next.id;
        REQUIRE(*test::run_task(crowd.store.succeed(current, std::move(next), take_nothing)));
        current = id;
      }
      const std::string name = row.url.starts_with("/json") ? "iPlanetDirectoryPro" : "JSESSIONID";
      test::HeaderList fields = row.more;
      fields.emplace_back("Cookie", name + "=" + dead);
      const Request request(row.method, row.url, fields);
      REQUIRE(crowd.send(request));
      CHECK_FALSE(crowd.find(current));
      CHECK(crowd.find(crowd.eve->id));
    }
  }
}

TEST_CASE("held sessions: each way of logging out ends all that the browser holds [S4]") {
  struct Row {
    const char* method;
    std::string url;
    test::HeaderList more;
    int status;
    std::string states;
  };
  const std::vector<Row> rows = {
      {"GET", "/my/logout", {}, 302, "over, over"},
      {"GET", "/my/logout?skip-redirect", {}, 200, "over, over"},
      {"GET", "/agentapp/log-me-out", {}, 302, "over, over"},
      {"GET", "/mail/inbox?logout", {}, 302, "over, over"},
      {"GET", "/bank/account?log-out", {}, 302, "left bank, left bank"},
      {"GET", kHosted, {}, 200, "over, over"},
      {"POST", "/json/sessions?_action=logout", {{"X-Requested-With", "x"}}, 401, "signed in, signed in"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    Crowd crowd;
    auto fields = row.more;
    fields.emplace_back("Cookie", crowd.both());
    const Request request(row.method, row.url, fields);
    const auto response = crowd.send(request);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(crowd.states() == row.states);
    CHECK(test::header(response, "set-cookie").empty() == (row.states != "over, over"));
  }
}

TEST_CASE("held sessions: however the browser names them [S4]") {
  struct Row {
    std::string name;
    std::function<test::HeaderList(const Crowd&)> fields;
    std::string states;
  };
  const auto id = &Crowd::id_of;
  const std::vector<Row> rows = {
      {"behind four junk ones",
       [&](const Crowd& crowd) {
         return test::HeaderList{{"Cookie", junk_ids(4) + "JSESSIONID=" + id(crowd.ada)}};
       },
       "over, signed in"},
      {"behind 200 junk ones",
       [&](const Crowd& crowd) {
         return test::HeaderList{{"Cookie", junk_ids(200) + "JSESSIONID=" + id(crowd.ada)}};
       },
       "over, signed in"},
      {"beside the REST cookie",
       [&](const Crowd& crowd) {
         return test::HeaderList{{"Cookie", "iPlanetDirectoryPro=" + id(crowd.eve) + "; JSESSIONID=" + id(crowd.ada)}};
       },
       "over, over"},
      {"in two Cookie fields",
       [&](const Crowd& crowd) {
         return test::HeaderList{{"Cookie", "JSESSIONID=" + id(crowd.eve)}, {"cookie", "JSESSIONID=" + id(crowd.ada)}};
       },
       "over, over"},
      {"in the REST field beside the cookie",
       [&](const Crowd& crowd) {
         return test::HeaderList{{"iPlanetDirectoryPro", id(crowd.eve)}, {"Cookie", "JSESSIONID=" + id(crowd.ada)}};
       },
       "over, over"},
      {"in two REST fields",
       [&](const Crowd& crowd) {
         return test::HeaderList{{"iPlanetDirectoryPro", id(crowd.eve)}, {"iPlanetDirectoryPro", id(crowd.ada)}};
       },
       "over, over"},
      {"with junk in the REST field",
       [&](const Crowd& crowd) {
         return test::HeaderList{{"iPlanetDirectoryPro", "junk"}, {"Cookie", "JSESSIONID=" + id(crowd.ada)}};
       },
       "over, signed in"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Crowd crowd;
    CHECK(crowd.get("/my/logout", nullptr, row.fields(crowd))->status == 302);
    CHECK(crowd.states() == row.states);
  }
}

TEST_CASE("held sessions: by POST the token of any of them will do, and the router gives one [S4]") {
  Crowd crowd;
  crowd.config.logout.method = "POST";
  crowd.config.logout.csrf_protection = true;
  const auto given = crowd.get("/my/logout", nullptr, {{"Cookie", crowd.both()}, {"x-csrf-token", "fetch"}});
  CHECK(given->status == 200);
  CHECK(crowd.post("/my/logout", {{"Cookie", crowd.both()}})->status == 403);
  CHECK(crowd.post("/my/logout", {{"Cookie", crowd.both()}, {"x-csrf-token", "wrong"}})->status == 403);
  CHECK(crowd.states() == "signed in, signed in");
  const std::string token = test::header(given, "x-csrf-token");
  CHECK(crowd.post("/my/logout", {{"Cookie", crowd.both()}, {"x-csrf-token", token}})->status == 200);
  CHECK(crowd.states() == "over, over");
  CHECK(crowd.post("/my/logout", {{"Cookie", crowd.both()}, {"x-csrf-token", token}})->status == 403);
}

TEST_CASE("held sessions: by REST all of a browser's cookies, but of the field only what it names [S4]") {
  struct Row {
    bool by_field;
    std::string cookies;  // A and E stand for the ids
    std::string states;
    bool deletes_cookie;
  };
  const std::vector<Row> rows = {
      {false, "iPlanetDirectoryPro=A; iPlanetDirectoryPro=E", "over, over", true},
      {false, "iPlanetDirectoryPro=A; JSESSIONID=E", "over, over", true},
      {false, "iPlanetDirectoryPro=junk; JSESSIONID=E", "signed in, over", true},
      {true, "JSESSIONID=E", "over, signed in", false},
      {true, "JSESSIONID=A", "over, signed in", true},
      {true, "JSESSIONID=A; JSESSIONID=E", "over, signed in", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.cookies);
    Crowd crowd;
    std::string cookies;
    for (const char c : row.cookies) {
      const bool is_value = cookies.ends_with('=');
      cookies += is_value && c == 'A'   ? Crowd::id_of(crowd.ada)
                 : is_value && c == 'E' ? Crowd::id_of(crowd.eve)
                                        : std::string(1, c);
    }
    test::HeaderList fields{{"Cookie", cookies}, {"X-Requested-With", "x"}};
    if (row.by_field) fields.emplace_back("iPlanetDirectoryPro", Crowd::id_of(crowd.ada));
    const auto response = crowd.post("/json/sessions?_action=logout", fields);
    CHECK(response->status == 200);
    CHECK(crowd.states() == row.states);
    CHECK(test::header(response, "set-cookie").empty() != row.deletes_cookie);
  }
}

TEST_CASE("held sessions: with COOKIE_PREFIX the REST logout takes its token from the prefixed cookie only [S16]") {
  for (const auto& [name, status] :
       {std::pair("__Host-iPlanetDirectoryPro", 200), std::pair("iPlanetDirectoryPro", 401)}) {
    CAPTURE(name);
    Crowd crowd;
    crowd.config.environment.cookie_prefix = true;
    const auto cookie = name + ("=" + Crowd::id_of(crowd.ada));
    const auto answer = crowd.post("/json/sessions?_action=logout", {{"Cookie", cookie}, {"X-Requested-With", "x"}});
    CHECK(answer->status == status);
    CHECK(crowd.states() == (status == 200 ? "over, signed in" : "signed in, signed in"));
  }
}

TEST_CASE("held sessions: the provider gets the hint of who is signed in, and none where it could be either [S4]") {
  Crowd crowd;
  auto without = crowd.make_session("ada");
  without.tokens.id_token = base::Secret();
  const auto rest = crowd.log_in(std::move(without));
  logout::Trigger one_user;
  logout::select_held({rest, crowd.ada}, one_user);
  CHECK(one_user.session == crowd.ada);
  CHECK(one_user.selection.sessions.size() == 2);
  logout::Trigger two_users;
  logout::select_held({crowd.ada, crowd.eve}, two_users);
  REQUIRE(two_users.session);
  CHECK(two_users.session->provider == "idp");
  CHECK(two_users.session->tokens.id_token.empty());
  CHECK(two_users.selection.sessions.size() == 2);
  logout::Trigger known;
  known.session = crowd.eve;
  logout::select_held({crowd.ada, crowd.eve}, known);
  CHECK(known.session == crowd.eve);
  logout::Trigger nobody;
  logout::select_held({}, nobody);
  CHECK(!nobody.session);
  const auto location = test::header(crowd.get("/my/logout", nullptr, {{"Cookie", crowd.both()}}), "location");
  CHECK(location.starts_with("https://idp.example/logout?"));
  CHECK(location.find("id-ada") == std::string::npos);
  CHECK(location.find("id-eve") == std::string::npos);
}

TEST_CASE("held sessions: with the store away nobody is told that he is signed out [S4]") {
  Crowd crowd;
  test::AwayStore away;
  crowd.service();
  logout::Service service(crowd.parts_with(away));
  for (const std::string& url : {std::string("/my/logout"), std::string("/mail/inbox?logout"), kHosted}) {
    CAPTURE(url);
    const Request request("GET", url, {{"Cookie", crowd.both()}});
    const auto answered =
        test::run_task(service.handle(request.request, crowd.external, nullptr, {}, crowd.loop), &crowd.loop);
    CHECK(!answered);
  }
  const Request nobody("GET", "/my/logout");
  CHECK(test::run_task(service.handle(nobody.request, crowd.external, nullptr, {}, crowd.loop), &crowd.loop));
}

TEST_CASE("held sessions: a store that cannot tell lets everybody go, by what is known here [issue 12]") {
  // of a cluster one server may be lost, and its slots with it
  for (const bool is_reachable : {true, false}) {
    CAPTURE(is_reachable);
    Crowd crowd;
    test::AwayStore away;
    away.is_reachable = is_reachable;
    away.known = crowd.ada;
    logout::HeldSessions holding(crowd.config, away, crowd.ongoing, crowd.clock);
    const Request request("GET", "/my/logout", {{"Cookie", crowd.both()}});
    const auto held = test::run_task(holding.find({request.request, crowd.external, nullptr, {}}));
    REQUIRE(held);
    REQUIRE(held->size() == 2);
    CHECK((*held)[0] == crowd.ada);
    CHECK((*held)[1]->id == crowd.eve->id);  // of whom nothing more is known
    CHECK((*held)[1]->tokens.id_token.empty());
    CHECK((*held)[1]->subdomain == crowd.external.tenant);
  }
}

TEST_CASE("execute: as long as the store has not taken what ended here, it has not ended everywhere [issue 12]") {
  struct Row {
    bool is_reachable;
    std::size_t ended_here_only;
    bool is_known_everywhere;
  };
  for (const auto& row : {Row{true, 0, true}, Row{true, 1, false}, Row{false, 0, false}, Row{false, 1, false}}) {
    CAPTURE(row.is_reachable);
    CAPTURE(row.ended_here_only);
    test::World world;
    world.service();
    test::AwayStore store;
    store.is_reachable = row.is_reachable;
    store.ended_here_only = row.ended_here_only;
    logout::Executor executor(world.parts_with(store));
    const logout::Trigger nothing;
    const auto execution = test::run_task(executor.run(nothing, std::nullopt), &world.loop);
    CHECK(execution.is_known_everywhere == row.is_known_everywhere);
  }
}

}  // namespace router::held_sessions_test
