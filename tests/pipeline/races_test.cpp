// docs/contract/reliability.md O10: logout against everything that may be in flight, in 10,000 random orders. The seed
// of a failing one is printed; RACE_SEED=<seed> runs that one alone.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

#include "pipeline/race_world.h"

namespace router::races_test {

using test::RaceWorld;

namespace {

constexpr std::uint64_t kInterleavings = 10'000;
// So often a round has a hundred requests at once, else a few: the time goes there.
constexpr std::uint64_t kCrowdEvery = 100;

session::Snapshot open_session(RaceWorld& world) {
  auto session = test::make_session("ada", "sid-old");
  session.subject = "ada-sub";
  session.issuer = test::kIssuer;
  session.tokens = world.provider->issue();
  // so that requests have to refresh first, or refresh meanwhile, or need not
  const auto left = std::vector<int>{-1, 1, 50}[world.scheduler.below(3)];
  session.tokens.access_expires = world.scheduler.clock.wall() + base::minutes(left);
  session.tokens.obtained = *session.tokens.access_expires - base::minutes(60);
  session.login_started = session.created = world.scheduler.clock.wall();
  session.idle_timeout = std::chrono::hours(8);
  const auto made = std::make_shared<const session::Session>(session);
  REQUIRE(test::run_task(world.store.inner.create(std::move(session))));
  return made;
}

std::string cookie_of(const session::Snapshot& session) { return "JSESSIONID=" + std::string(session->id.reveal()); }

// What the browser holds after it was sent to the provider.
struct StartedLogin {
  std::string cookies;
  std::string state;
};
StartedLogin start_login(RaceWorld& world) {
  const auto& sent = world.send("GET", "/app/page", "");
  world.scheduler.run();
  REQUIRE(sent.status() == 302);
  StartedLogin login;
  const auto location = sent.exchange->field("Location").value_or("");
  login.state = http::query_value(location.substr(location.find('?') + 1), "state").value_or("");
  login.cookies = std::string(base::cut(sent.exchange->field("Set-Cookie").value_or(""), ';').before);
  return login;
}

// Which logouts a round has; each comes at any time.
struct Round {
  bool by_browser = false;
  bool by_old_sid = false;
  bool by_new_sid = false;
  bool by_subject = false;
  bool logs_in = false;
  bool holds_old_cookie = false;
  bool keeps_sid = false;  // the provider's session is still the one of the old session
  bool leaves_bank = false;

  bool ends_old() const { return by_browser || by_old_sid || by_subject; }
  // then a login takes the old session over, and its back-ends' cookies with it: they are not told
  bool may_take_over() const { return logs_in && holds_old_cookie; }
};

Round draw(test::Scheduler& scheduler) {
  Round round;
  round.by_browser = scheduler.heads();
  round.by_old_sid = scheduler.heads();
  round.by_new_sid = scheduler.heads();
  round.by_subject = scheduler.below(4) == 0;
  round.logs_in = scheduler.heads();
  round.holds_old_cookie = scheduler.heads();
  round.keeps_sid = scheduler.heads();
  round.leaves_bank = scheduler.below(4) == 0;
  return round;
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text.append(name).append(" ");
  return text;
}

// Which logout ended that session as a whole.
std::optional<logout::Cause> ended_by(RaceWorld& world, const session::Snapshot& session) {
  for (const auto& receipt : world.receipts.recent(0, 1000)) {
    const auto& named = receipt->sessions;
    const bool is_it = std::find(named.begin(), named.end(), session->id.fingerprint()) != named.end();
    if (is_it && receipt->application.empty()) return receipt->cause;
  }
  return std::nullopt;
}

// A login of the same browser takes the old session over as it was in its last moment, or not at all.
void check_login(RaceWorld& world, const Round& round, const session::Snapshot& old,
                 const std::vector<session::Snapshot>& alive) {
  if (!round.holds_old_cookie) return;
  const auto cause = ended_by(world, old);
  const bool is_taken_over = !cause;
  for (const auto& session : alive) {
    if (session->id == old->id) continue;
    if (round.keeps_sid)
      CHECK_MESSAGE(cause != logout::Cause::browser, "a login on its way came through the logout [S8]");
    if (is_taken_over && round.leaves_bank)
      CHECK_MESSAGE(session->ended_applications.size() == 1, "an application came back that had been left [S7]");
    CHECK_MESSAGE(!(is_taken_over && round.by_browser), "a logout with the cookie from before the login was lost [S7]");
  }
}

void check_outcome(RaceWorld& world, const Round& round, const session::Snapshot& old) {
  for (const auto& request : world.requests) CHECK(request.done);
  const auto alive = test::run_task(world.store.inner.select({}, 100));
  REQUIRE(alive);
  check_login(world, round, old, *alive);
  std::set<std::string> good;
  for (const auto& session : *alive) {
    good.insert(std::string(session->tokens.refresh_token.reveal()));
    if (round.ends_old()) CHECK_FALSE(session->id == old->id);
    if (round.by_new_sid) CHECK(session->idp_session_id != "sid-new");
    if (round.by_old_sid) CHECK(session->idp_session_id != "sid-old");
    // all of the user's, also those on their way
    CHECK_FALSE(round.by_subject);
  }
  // Whatever a refresh brought in for a session that is over has been given back. A login that takes a
  // session over leaves its tokens alone.
  if (!round.may_take_over()) CHECK(joined(world.provider->good) == joined(good));

  std::map<std::string, int> ended;
  std::map<std::string, int> left;
  for (const auto& receipt : world.receipts.recent(0, 1000)) {
    for (const auto& session : receipt->sessions) ++(receipt->application.empty() ? ended : left)[session];
    CHECK(receipt->complete());
  }
  for (const auto* fan_outs : {&ended, &left}) {
    for (const auto& [session, times] : *fan_outs) CHECK_MESSAGE(times == 1, "fan-outs of ", session);
  }
  CHECK(world.client.count("bank.example") == ended.size() + left.size());
  if (!round.may_take_over()) CHECK(ended.count(old->id.fingerprint()) == (round.ends_old() ? 1 : 0));
}

void play(std::uint64_t seed) {
  CAPTURE(seed);
  RaceWorld world(seed);
  const auto old = open_session(world);
  const Round round = draw(world.scheduler);
  const auto login = round.logs_in ? start_login(world) : StartedLogin{};
  world.scheduler.clock.advance(base::milliseconds(5));  // what comes now comes after the login began
  const std::string back_channel = "/backchannel";

  const std::size_t crowd = seed % kCrowdEvery == 0 ? 100 : 2;
  for (std::size_t i = 0; i < crowd; ++i) world.send("GET", "/app/data", cookie_of(old));
  // twice: nobody is told twice
  for (int i = 0; i < 2 && round.by_browser; ++i) world.send("GET", "/my/logout", cookie_of(old));
  if (round.by_old_sid) world.send("POST", back_channel, "", "logout_token=sid%20sid-old");
  if (round.by_new_sid) world.send("POST", back_channel, "", "logout_token=sid%20sid-new");
  if (round.by_subject) world.send("POST", back_channel, "", "logout_token=sub%20ada-sub");
  if (round.keeps_sid) world.provider->next_sid = "sid-old";
  if (round.leaves_bank) world.send("GET", "/app/leave", cookie_of(old));
  if (round.logs_in) {
    const auto held = round.holds_old_cookie ? "; " + cookie_of(old) : "";
    world.send("GET", world.config.callback_endpoint + "?code=c&state=" + login.state, login.cookies + held);
  }
  world.scheduler.run();
  check_outcome(world, round, old);

  const auto served = world.bank->served;
  const auto& late = world.send("GET", "/app/data", cookie_of(old));
  world.scheduler.run();
  if (round.ends_old()) {
    CHECK_MESSAGE(world.bank->served == served, "the old cookie opened a door: ", late.status());
    CHECK_MESSAGE(world.bank->open == 0, "answers of the ended session that nobody closed");
  }
}

}  // namespace

TEST_CASE("races: whatever comes in between, an ended session stays ended and its back-ends are told once (O10)") {
  if (const char* only = std::getenv("RACE_SEED")) {
    play(std::strtoull(only, nullptr, 10));
    return;
  }
  for (std::uint64_t seed = 1; seed <= kInterleavings; ++seed) play(seed);
}

}  // namespace router::races_test
