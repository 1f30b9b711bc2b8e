// What is thrown anywhere costs the requests that needed it a 500, and nothing else: the throw comes at each of the points
// where store, provider or back-end go on, one after the other, on whichever loop that is.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/guarded.h"
#include "pipeline/race_world.h"

namespace router::exceptions_test {

using test::RaceWorld;

namespace {

// As many as wait for one refresh, or one set of keys, together.
constexpr int kMostFailed = 3;

struct Login {
  std::string cookies;
  std::string target;
};

// What the browser holds after it was sent to the provider; absent where that failed.
std::optional<Login> start_login(RaceWorld& world) {
  const auto& sent = world.send("GET", "/app/page", "");
  world.scheduler.run();
  if (sent.status() != 302) return std::nullopt;
  const auto location = sent.exchange->field("Location").value_or("");
  const auto state = http::query_value(location.substr(location.find('?') + 1), "state").value_or("");
  return Login{std::string(base::cut(sent.exchange->field("Set-Cookie").value_or(""), ';').before),
               world.config.callback_endpoint + "?code=c&state=" + state};
}

// The cookie of a new session; empty where that failed.
std::string sign_in(RaceWorld& world) {
  const auto login = start_login(world);
  if (!login) return "";
  const auto& sent = world.send("GET", login->target, login->cookies);
  world.scheduler.run();
  const auto set = sent.exchange->field("Set-Cookie").value_or("");
  const auto at = set.find("JSESSIONID=");
  return at == std::string::npos ? "" : set.substr(at, set.find(';', at) - at);
}

// A session whose tokens have to be refreshed first, used, logged out of in two ways, while somebody else logs in.
void play(RaceWorld& world) {
  auto session = test::make_session("ada", "sid-old");
  session.subject = "ada-sub";
  session.issuer = test::kIssuer;
  session.tokens = world.provider->issue();
  session.tokens.obtained = world.scheduler.clock.wall() - base::minutes(60);
  session.tokens.access_expires = world.scheduler.clock.wall() - base::minutes(1);
  session.login_started = session.created = world.scheduler.clock.wall();
  session.idle_timeout = std::chrono::hours(8);
  const auto cookie = "JSESSIONID=" + std::string(session.id.reveal());
  REQUIRE(test::run_task(world.store.inner.create(std::move(session))));
  const auto login = start_login(world);
  for (int i = 0; i < 2; ++i) world.send("GET", "/app/data", cookie);
  if (login) world.send("GET", login->target, login->cookies);
  world.scheduler.run();
  world.send("GET", "/app/data", cookie);
  world.send("GET", "/my/logout", cookie);
  world.send("POST", "/backchannel", "", "logout_token=sub%20ada-sub");
  world.scheduler.run();
}

// How many yields there were.
std::size_t play_with_throw_at(std::uint64_t seed, std::size_t yield) {
  CAPTURE(seed);
  CAPTURE(yield);
  RaceWorld world(seed);
  const auto caught = base::exceptions_caught();
  world.scheduler.throw_at(yield);
  play(world);
  const auto yields = world.scheduler.yields();
  const bool thrown = yield != 0 && yield <= yields;
  CHECK((base::exceptions_caught() > caught) == thrown);
  int failed = 0;
  for (const auto& request : world.requests) {
    CHECK(request.done);
    CHECK(request.status() != 0);
    failed += request.status() == 500;
  }
  CHECK(failed <= (thrown ? kMostFailed : 0));

  world.scheduler.throw_at(0);
  world.scheduler.clock.advance(base::seconds(1));  // a login that begins after the logout
  const auto cookie = sign_in(world);
  CHECK_FALSE(cookie.empty());
  const auto& data = world.send("GET", "/app/data", cookie);
  world.scheduler.run();
  CHECK(data.status() == 200);
  const auto& out = world.send("GET", "/my/logout", cookie);
  world.scheduler.run();
  CHECK(out.status() == 302);
  return yields;
}

}  // namespace

TEST_CASE(
    "exceptions: one that is thrown at any point of a request, on either loop, costs a 500 and nothing else [S38]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto yields = play_with_throw_at(seed, 0);
    for (std::size_t yield = 1; yield <= yields; ++yield) play_with_throw_at(seed, yield);
  }
}

}  // namespace router::exceptions_test
