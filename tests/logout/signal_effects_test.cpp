// What each event does to the sessions that it is about (docs/logout-signals.md).
#include <doctest/doctest.h>

#include "config/applications.h"
#include "logout/signals_world.h"

namespace router::signal_effects_test {

using nlohmann::json;
using test::kCaep;
using test::kRisc;
using test::SignalsWorld;

TEST_CASE("signals: each event has its effect, and operators choose among those that it may have [issue 16]") {
  using Effect = config::SignalEffect;
  struct Row {
    std::string event;
    json details;
    std::map<std::string, Effect, std::less<>> chosen;
    Effect effect;
  };
  const json none = json::object();
  const Row rows[] = {
      {kCaep + "session-revoked", none, {}, Effect::end},
      {kCaep + "credential-change", none, {}, Effect::reauthenticate},
      {kCaep + "credential-change", none, {{"credential-change", Effect::end}}, Effect::end},
      {kCaep + "credential-change", none, {{"credential-change", Effect::ignore}}, Effect::ignore},
      {kCaep + "assurance-level-change", none, {}, Effect::reauthenticate},
      {kCaep + "assurance-level-change", {{"change_direction", "increase"}}, {}, Effect::ignore},
      {kCaep + "device-compliance-change", {{"current_status", "not-compliant"}}, {}, Effect::end},
      {kCaep + "device-compliance-change", {{"current_status", "compliant"}}, {}, Effect::ignore},
      {kCaep + "device-compliance-change",
       {{"current_status", "not-compliant"}},
       {{"device-compliance-change", Effect::reauthenticate}},
       Effect::reauthenticate},
      {kCaep + "risk-level-change", {{"current_level", "HIGH"}}, {}, Effect::reauthenticate},
      {kCaep + "token-claims-change", none, {}, Effect::refresh},
      {kCaep + "token-claims-change", none, {{"token-claims-change", Effect::end}}, Effect::end},
      {kCaep + "session-established", none, {}, Effect::ignore},
      {kRisc + "account-disabled", none, {}, Effect::end},
      {kRisc + "account-purged", none, {}, Effect::end},
      {kRisc + "account-credential-change-required", none, {}, Effect::end},
      {kRisc + "credential-compromise", none, {}, Effect::end},
      {kRisc + "sessions-revoked", none, {}, Effect::end},
      {kRisc + "account-enabled", none, {}, Effect::ignore},
      {"https://schemas.openid.net/secevent/ssf/event-type/verification", {{"state", "s"}}, {}, Effect::ignore},
      {"https://schemas.openid.net/secevent/ssf/event-type/stream-updated", {{"status", "paused"}}, {}, Effect::ignore},
  };
  for (const auto& row : rows) {
    CAPTURE(row.event);
    CAPTURE(row.details.dump());
    SignalsWorld world;
    world.config.signals.transmitters[0].effects = row.chosen;
    auto session = world.make_session("ada");
    session.tokens.access_expires = world.clock.wall() + std::chrono::hours(1);
    const auto ada = world.log_in(session);
    auto claims = world.set();
    claims["events"] = {{row.event, row.details}};
    CHECK(world.push_set(claims)->status == 202);
    const auto after = world.find(ada->id);
    CHECK((after == nullptr) == (row.effect == Effect::end));
    if (!after) continue;
    const bool asks_again = row.effect == Effect::reauthenticate;
    CHECK(after->ended_applications.empty() != asks_again);
    CHECK(world.client.count("bank.example") == (asks_again ? 1 : 0));
    CHECK((after->tokens.access_expires <= world.clock.wall()) == (row.effect == Effect::refresh));
  }
}

TEST_CASE(
    "signals: changed claims outdate all tokens of a session, and where none can be renewed, it asks for a login "
    "[issue 16]") {
  struct Row {
    const char* name;
    bool has_access_token;
    bool has_expired;
    bool has_refresh_token;
    bool refreshes;  // JWT_REFRESH
    bool asks_for_login;
  };
  const Row rows[] = {
      {"renewable", true, false, true, true, false},
      {"expired", true, true, true, true, false},
      {"no access token", false, false, true, true, false},
      {"no refresh token", true, false, false, true, true},
      {"expired, no refresh token", true, true, false, true, true},
      {"no tokens", false, false, false, true, true},
      {"JWT_REFRESH is 0", true, false, true, false, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    SignalsWorld world;
    if (!row.refreshes) world.config.environment.jwt_refresh = base::milliseconds::zero();
    auto session = world.make_session("ada");
    const auto left = std::chrono::hours(row.has_expired ? -1 : 1);
    if (row.has_access_token) session.tokens.access_expires = world.clock.wall() + left;
    if (!row.has_access_token) session.tokens.access_token = {};
    if (!row.has_refresh_token) session.tokens.refresh_token = {};
    session.service_tokens.push_back({"bank", base::Secret(std::string("old")), world.clock.wall() + left});
    const auto ada = world.log_in(session);
    CHECK(world.push_set(world.set(SignalsWorld::ada(), kCaep + "token-claims-change"))->status == 202);
    const auto after = world.find(ada->id);
    REQUIRE(after);
    REQUIRE(after->tokens.access_expires);
    CHECK(*after->tokens.access_expires <= world.clock.wall());
    CHECK(after->service_tokens.empty());
    CHECK(config::has_left_every(after->ended_applications) == row.asks_for_login);
  }
}

TEST_CASE("signals: tokens that came after the claims had changed are left as they are [issue 16]") {
  SignalsWorld world;
  auto session = world.make_session("ada");
  session.tokens.obtained = world.clock.wall() + std::chrono::seconds(1);
  session.tokens.access_expires = world.clock.wall() + std::chrono::hours(1);
  const auto ada = world.log_in(session);
  CHECK(world.push_set(world.set(SignalsWorld::ada(), kCaep + "token-claims-change"))->status == 202);
  CHECK(world.find(ada->id)->generation == ada->generation);
}

TEST_CASE("signals: of several events in one token the strictest holds [issue 16]") {
  SignalsWorld world;
  const auto ada = world.log_in("ada");
  auto claims = world.set();
  claims["events"] = {{kCaep + "token-claims-change", json::object()},
                      {kCaep + "credential-change", json::object()},
                      {kRisc + "account-disabled", json::object()}};
  const auto response = world.push_set(claims);
  CHECK(world.find(ada->id) == nullptr);
  const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
  REQUIRE(receipt);
  CHECK(json::parse(to_json(*receipt))["signal"]["event"] == "account-disabled");
}

TEST_CASE("signals: reauthentication and renewal reach every session of a user who has many [issue 16]") {
  for (const auto* event : {"credential-change", "token-claims-change", "session-revoked"}) {
    CAPTURE(event);
    SignalsWorld world;
    std::vector<session::Snapshot> sessions;
    for (int i = 0; i < 250; ++i) {
      auto session = world.make_session("ada");
      session.tokens.access_expires = world.clock.wall() + std::chrono::hours(1);
      sessions.push_back(world.log_in(session));
    }
    const auto bob = world.log_in("bob");
    const auto token = world.sign(world.set(SignalsWorld::ada(), kCaep + event));
    test::Request request("POST", "/signals",
                          {{"Content-Type", "application/secevent+jwt"}, {"Authorization", "Bearer push-secret"}});
    std::optional<base::Result<std::optional<http::Response>>> answer;
    base::start_detached(test::detail::store_result(
        world.service().handle(request.request, world.external, nullptr, token, world.loop), answer));
    for (int i = 0; i < 100 && !answer; ++i) world.loop.advance(std::chrono::milliseconds(10));
    REQUIRE(answer);
    std::size_t untouched = 0;
    for (const auto& session : sessions) {
      const auto after = world.find(session->id);
      untouched += after && after->generation == session->generation ? 1 : 0;
    }
    CHECK(untouched == 0);
    CHECK(world.find(bob->id)->generation == bob->generation);
  }
}

}  // namespace router::signal_effects_test
