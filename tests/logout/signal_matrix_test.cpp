// Every event of a signal by every way of naming somebody, for whoever is meant and whoever is not.
#include <doctest/doctest.h>

#include "config/applications.h"
#include "config/signal_events.h"
#include "logout/signals_world.h"

namespace router::signal_matrix_test {

using config::SignalEffect;
using nlohmann::json;
using test::SignalsWorld;

namespace {

using Name = json (*)(const std::string& user);

struct Format {
  const char* name;
  Name subject;
};

json iss_sub(const std::string& user) { return {{"format", "iss_sub"}, {"iss", "https://idp.example"}, {"sub", user}}; }
json email(const std::string& user) { return {{"format", "email"}, {"email", user + "@example.com"}}; }
json phone(const std::string& user) { return {{"format", "phone_number"}, {"phone_number", "+1-" + user}}; }
json opaque(const std::string& user) { return {{"format", "opaque"}, {"id", "sid-" + user}}; }
json account(const std::string& user) { return {{"format", "account"}, {"uri", "acct:" + user}}; }
json aliases(const std::string& user) {
  return {{"format", "aliases"}, {"identifiers", json::array({email("zoe"), iss_sub(user)})}};
}
json complex(const std::string& user) {
  return {{"format", "complex"}, {"user", iss_sub(user)}, {"session", opaque(user)}};
}

constexpr Format kFormats[] = {{"iss_sub", &iss_sub}, {"email", &email},     {"phone_number", &phone},
                               {"opaque", &opaque},   {"account", &account}, {"aliases", &aliases},
                               {"complex", &complex}};

session::Snapshot sign_in(SignalsWorld& world, const std::string& user) {
  auto session = world.make_session(user);
  session.addresses = {identity::mail_address(user + "@example.com"), identity::phone_address("+1-" + user)};
  session.tokens.access_expires = world.clock.wall() + std::chrono::hours(1);
  return world.log_in(std::move(session));
}

// What has become of it.
SignalEffect seen_on(SignalsWorld& world, const session::Snapshot& session) {
  const auto after = world.find(session->id);
  if (!after) return SignalEffect::end;
  if (config::has_left_every(after->ended_applications)) return SignalEffect::reauthenticate;
  return after->tokens.access_expires <= world.clock.wall() ? SignalEffect::refresh : SignalEffect::ignore;
}

json set_of(SignalsWorld& world, const config::SignalEvent& event, const json& subject) {
  return world.set(subject, std::string(event.uri));
}

}  // namespace

TEST_CASE(
    "signal matrix: each event by each name of a user has its effect on all of his sessions, and no other "
    "[issue 16]") {
  for (const auto& event : config::signal_events()) {
    for (const auto& format : kFormats) {
      CAPTURE(event.name);
      CAPTURE(format.name);
      SignalsWorld world;
      const auto first = sign_in(world, "ada");
      const auto second = sign_in(world, "ada");
      const auto other = sign_in(world, "bob");
      world.clock.advance(base::seconds(2));
      const auto token = world.sign(set_of(world, event, format.subject("ada")));
      world.clock.advance(base::seconds(2));
      const auto later = sign_in(world, "ada");
      REQUIRE(world.push(token));
      CHECK(seen_on(world, first) == event.effect);
      CHECK(seen_on(world, second) == event.effect);
      CHECK(seen_on(world, other) == SignalEffect::ignore);
      CHECK(seen_on(world, later) == SignalEffect::ignore);
    }
  }
}

TEST_CASE("signal matrix: who is unknown, and what is not believed, changes nothing, whatever the event [issue 16]") {
  for (const auto& event : config::signal_events()) {
    for (const auto& format : kFormats) {
      CAPTURE(event.name);
      CAPTURE(format.name);
      SignalsWorld world;
      const auto ada = sign_in(world, "ada");
      world.clock.advance(base::seconds(2));
      CHECK(world.push_set(set_of(world, event, format.subject("eve")))->status == 202);
      auto elsewhere = set_of(world, event, format.subject("ada"));
      elsewhere["aud"] = "https://another.example";
      CHECK(test::err_of(world.push_set(elsewhere)) == "invalid_audience");
      const auto good = set_of(world, event, format.subject("ada"));
      CHECK(test::err_of(world.push(test::with_broken_signature(world.sign(good)))) == "invalid_key");
      CHECK(seen_on(world, ada) == SignalEffect::ignore);
    }
  }
}

TEST_CASE("signal matrix: a token that comes again does nothing to who came meanwhile [issue 16]") {
  for (const auto& event : config::signal_events()) {
    for (const auto& format : kFormats) {
      CAPTURE(event.name);
      CAPTURE(format.name);
      SignalsWorld world;
      const auto begun_before = world.clock.wall();
      const auto first = sign_in(world, "ada");
      world.clock.advance(base::seconds(2));
      const auto token = world.sign(set_of(world, event, format.subject("ada")));
      CHECK(world.push(token)->status == 202);
      CHECK(seen_on(world, first) == event.effect);
      // as a replica may show it that has not heard of the first one
      auto session = world.make_session("ben");
      session.login_started = session.created = begun_before;
      session.subject = session.user_name = "ada";
      session.idp_session_id = "sid-ada";
      session.issuer = event.effect == SignalEffect::end ? "https://else.example" : session.issuer;
      session.addresses = {identity::mail_address("ada@example.com"), identity::phone_address("+1-ada")};
      session.tokens.access_expires = world.clock.wall() + std::chrono::hours(1);
      const auto again = world.log_in(session);
      CHECK(world.push(token)->status == 202);
      CHECK(seen_on(world, again) == SignalEffect::ignore);
    }
  }
}

}  // namespace router::signal_matrix_test
