#include <doctest/doctest.h>

#include "logout/away_store.h"
#include "logout/signals_world.h"
#include "session/told_store.h"

namespace router::signals_test {

using nlohmann::json;
using test::kCaep;
using test::SignalsWorld;

TEST_CASE(
    "signals: session-revoked ends the sessions of its subject, with fan-out, receipt and revocation [issue 16]") {
  SignalsWorld world;
  const auto one = world.log_in("ada");
  const auto two = world.log_in("ada");
  const auto bob = world.log_in("bob");
  const auto response = world.push_set(world.set());
  REQUIRE(response);
  CHECK(response->status == 202);
  CHECK(response->body.empty());
  CHECK(test::header(response, "cache-control") == "no-store");
  CHECK(world.find(one->id) == nullptr);
  CHECK(world.find(two->id) == nullptr);
  CHECK(world.find(bob->id) != nullptr);
  world.loop.advance(std::chrono::milliseconds(100));  // they are told at a pace
  CHECK(world.client.count("bank.example") == 2);
  const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
  REQUIRE(receipt);
  CHECK(receipt->cause == logout::Cause::signal);
  const auto shown = json::parse(to_json(*receipt));
  CHECK(shown["cause"] == "signal");
  CHECK(shown["signal"]["transmitter"] == test::kRisk);
  CHECK(shown["signal"]["event"] == "session-revoked");
  CHECK(shown["signal"]["txn"] == "txn-7");
}

TEST_CASE("signals: a token that is not right is refused with the registered code, and ends nothing [issue 16]") {
  struct Row {
    const char* name;
    std::function<std::optional<http::Response>(SignalsWorld&)> push;
    int status;
    const char* err;
  };
  const Row rows[] = {
      {"wrong key",
       [](SignalsWorld& world) {
         return world.push(test::TokenSigner::other_rsa().sign(world.set(), {{"typ", "secevent+jwt"}}));
       },
       400, "invalid_key"},
      {"broken signature",
       [](SignalsWorld& world) { return world.push(test::with_broken_signature(world.sign(world.set()))); }, 400,
       "invalid_key"},
      {"alg none", [](SignalsWorld& world) { return world.push(test::unsigned_token(world.set())); }, 400,
       "invalid_key"},
      {"another issuer",
       [](SignalsWorld& world) {
         return world.push_set(
             world.set(SignalsWorld::ada(), kCaep + "session-revoked", {{"iss", "https://x.example"}}));
       },
       400, "invalid_issuer"},
      {"another audience",
       [](SignalsWorld& world) {
         return world.push_set(
             world.set(SignalsWorld::ada(), kCaep + "session-revoked", {{"aud", "https://x.example"}}));
       },
       400, "invalid_audience"},
      {"an id token", [](SignalsWorld& world) { return world.push(world.sign(world.set(), "JWT")); }, 400,
       "invalid_request"},
      {"no subject",
       [](SignalsWorld& world) {
         return world.push_set(world.set(SignalsWorld::ada(), kCaep + "session-revoked", {{"sub_id", nullptr}}));
       },
       400, "invalid_request"},
      {"junk", [](SignalsWorld& world) { return world.push("junk"); }, 400, "invalid_request"},
      {"nothing", [](SignalsWorld& world) { return world.push(""); }, 400, "invalid_request"},
      {"too much", [](SignalsWorld& world) { return world.push(std::string(70'000, 'a')); }, 413, "invalid_request"},
      {"no Authorization",
       [](SignalsWorld& world) {
         return world.push(world.sign(world.set()), {{"Authorization", ""}});
       },
       400, "authentication_failed"},
      {"a wrong Authorization",
       [](SignalsWorld& world) {
         return world.push(world.sign(world.set()), {{"Authorization", "Bearer push-secreT"}});
       },
       400, "authentication_failed"},
      {"another content type",
       [](SignalsWorld& world) {
         return world.push(world.sign(world.set()), {{"Content-Type", "application/jwt"}});
       },
       400, "invalid_request"},
      {"GET", [](SignalsWorld& world) { return world.send(test::Request("GET", "/signals")); }, 405, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    SignalsWorld world;
    const auto ada = world.log_in("ada");
    const auto response = row.push(world);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(test::err_of(response) == row.err);
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK(world.find(ada->id) != nullptr);
  }
}

TEST_CASE("signals: what is no fault but fits nobody is taken, and ends nothing [issue 16]") {
  const json subjects[] = {
      {{"format", "iss_sub"}, {"iss", "https://idp.example"}, {"sub", "eve"}},
      {{"format", "iss_sub"}, {"iss", "https://other.example"}, {"sub", "ada"}},
      {{"format", "did"}, {"url", "did:example:ada"}},
      {{"format", "uri"}, {"uri", "https://user.example/ada"}},
      {{"format", "email"}, {"email", "ada@example.com"}},
      {{"format", "opaque"}, {"id", "ada"}},
  };
  for (const auto& subject : subjects) {
    CAPTURE(subject.dump());
    SignalsWorld world;
    const auto ada = world.log_in("ada");
    const auto response = world.push_set(world.set(subject));
    REQUIRE(response);
    CHECK(response->status == 202);
    CHECK(test::header(response, "x-logout-id").empty());
    CHECK(world.find(ada->id) != nullptr);
  }
}

TEST_CASE("signals: a jti counts once, whatever has come in meanwhile [issue 16]") {
  SignalsWorld world;
  const json subject{{"format", "email"}, {"email", "ada@example.com"}};
  const auto token = world.sign(world.set(subject));
  auto session = world.make_session("ada");
  session.addresses = {identity::mail_address("ada@example.com")};
  const auto first = world.log_in(session);
  CHECK(world.push(token)->status == 202);
  CHECK(world.find(first->id) == nullptr);
  session.id = session::SessionId::random();
  const auto late = world.log_in(session);  // began before the event, too
  const auto again = world.push(token);
  CHECK(again->status == 202);
  CHECK(test::header(again, "x-logout-id").empty());
  CHECK(world.find(late->id) != nullptr);
  CHECK(world.push_set(world.set(subject))->status == 202);
  CHECK(world.find(late->id) == nullptr);
}

TEST_CASE("signals: a jti has been here once it is carried out: a retry meanwhile is carried out, too [issue 16]") {
  SignalsWorld world;
  world.service();
  auto session = world.make_session("ada");
  session.addresses = {identity::mail_address("ada@example.com")};
  const auto ada = world.log_in(session);
  const auto token = world.sign(world.set({{"format", "email"}, {"email", "ada@example.com"}}));
  const test::Request request("POST", "/signals",
                              {{"Content-Type", "application/secevent+jwt"}, {"Authorization", "Bearer push-secret"}});
  const auto push_to = [&](logout::Service& service) {
    auto handling = service.handle(request.request, world.external, nullptr, token, world.loop);
    auto answer = test::run_task(std::move(handling), &world.loop);
    REQUIRE(answer);
    return *std::move(answer);
  };
  const auto service_with = [&](session::Store& store) {
    auto parts = world.parts_with(store);
    world.make_parts(parts);
    return std::make_unique<logout::Service>(std::move(parts));
  };

  test::AwayStore away;
  const auto failing = service_with(away);
  CHECK(push_to(*failing)->status == 503);
  CHECK(push_to(*failing)->status == 503);

  test::ToldStore store(world.store);
  const auto service = service_with(store);
  std::optional<http::Response> meanwhile;
  int ends = 0;
  store.on_end = [&] {
    if (++ends == 1) meanwhile = push_to(*service);
  };
  push_to(*service);
  CHECK_FALSE(test::header(meanwhile, "x-logout-id").empty());
  CHECK(world.find(ada->id) == nullptr);
  session.id = session::SessionId::random();
  const auto afterwards = world.log_in(session);  // began before the event, too
  CHECK(push_to(*service)->status == 202);
  CHECK(world.find(afterwards->id) != nullptr);
}

TEST_CASE(
    "signals: sessions that began after the event live on, those on their way before it do not come in [issue 16]") {
  SignalsWorld world;
  const auto old_one = world.log_in("ada");
  world.clock.advance(std::chrono::minutes(10));
  const auto happened = world.now();
  world.clock.advance(std::chrono::minutes(10));
  const auto new_one = world.log_in("ada");
  auto claims = world.set();
  claims["events"][kCaep + "session-revoked"] = {{"event_timestamp", happened}};
  CHECK(world.push_set(claims)->status == 202);
  CHECK(world.find(old_one->id) == nullptr);
  CHECK(world.find(new_one->id) != nullptr);

  auto on_its_way = world.make_session("ada");
  on_its_way.login_started = old_one->login_started;
  const auto created = test::run_task(world.store.create(on_its_way), &world.loop);
  REQUIRE_FALSE(created);
  CHECK(created.error().code == base::ErrorCode::conflict);
}

TEST_CASE(
    "signals: while store or keys are away the transmitter is told to come again, and the token then counts [issue "
    "16]") {
  SignalsWorld world;
  const auto ada = world.log_in("ada");
  const auto token = world.sign(world.set());
  world.is_away = true;
  const auto refused = world.push(token);
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK_FALSE(test::header(refused, "retry-after").empty());
  world.is_away = false;
  world.loop.advance(std::chrono::seconds(2));
  CHECK(world.push(token)->status == 202);
  CHECK(world.find(ada->id) == nullptr);
}

TEST_CASE("signals: an address that sends too many is told to wait, whatever it sends [issue 16]") {
  SignalsWorld world;
  int limited = 0;
  for (int i = 0; i < 1100; ++i) limited += world.push_set(world.set(SignalsWorld::ada()))->status == 429 ? 1 : 0;
  CHECK(limited >= 90);
  CHECK(limited <= 110);
  world.external.client_address = "198.51.100.9";
  CHECK(world.push_set(world.set())->status == 202);
}

TEST_CASE("signals: of a flood most is refused before anything of it is read, whoever else sends [issue 16]") {
  SignalsWorld world;
  world.config.signals.global_revocation = config::GlobalRevocation{"/revoke", {"https://idp.example"}, "https://a/b"};
  const auto is_refused = [&world](const char* path) {
    const test::Request request("POST", path);
    const auto refused = world.service().refuse_flood(request.request, world.external);
    if (refused) CHECK(refused->status == 429);
    return refused.has_value();
  };
  int refused = 0;
  for (int i = 0; i < 10'000; ++i) refused += is_refused(i % 2 == 0 ? "/signals" : "/revoke") ? 1 : 0;
  CHECK(refused == 8'000);
  CHECK_FALSE(is_refused("/my/logout"));
  world.external.client_address = "198.51.100.9";
  CHECK_FALSE(is_refused("/signals"));
  world.external.client_address = "203.0.113.7";
  CHECK(is_refused("/signals"));
  world.loop.advance(std::chrono::seconds(1));
  CHECK_FALSE(is_refused("/signals"));
}

TEST_CASE("signals: of tokens that are not accepted few are looked at, and the next ones wait [issue 16]") {
  SignalsWorld world;
  int looked_at = 0;
  for (int i = 0; i < 300; ++i) {
    auto token = world.sign(world.set());
    token.replace(token.size() - 8, 8, "AAAAAAAA");
    looked_at += world.push(token)->status == 400 ? 1 : 0;
  }
  CHECK(looked_at >= 90);
  CHECK(looked_at <= 110);
  CHECK(world.push_set(world.set())->status == 429);
  world.external.client_address = "198.51.100.9";
  CHECK(world.push_set(world.set())->status == 202);
}

TEST_CASE("signals: what one would do, and to whose sessions, is said without doing it [issue 16]") {
  SignalsWorld world;
  for (int i = 0; i < 3; ++i) world.log_in("ada");
  const auto bob = world.log_in("bob");
  world.loop.advance(std::chrono::seconds(5));
  const auto foresee = [&world](const std::string& token) {
    auto foreseen = test::run_task(world.service().foresee_signal(token, 2), &world.loop);
    REQUIRE(foreseen);
    return *std::move(foreseen);
  };
  const auto token = world.sign(world.set());
  const auto ends = foresee(token);
  const auto* signal = std::get_if<logout::ForeseenSignal>(&ends.signal);
  REQUIRE(signal);
  CHECK(signal->transmitter == test::kRisk);
  CHECK(signal->event == "session-revoked");
  CHECK(signal->effect == config::SignalEffect::end);
  CHECK(ends.sessions.size() == 2);
  CHECK_FALSE(ends.are_all);
  for (const auto& session : ends.sessions) CHECK(session->subject == "ada");
  // claims alone will do, and one who is named twice is one
  const auto bobs = SignalsWorld::ada().dump().replace(SignalsWorld::ada().dump().find("ada"), 3, "bob");
  const json twice{{"format", "aliases"},
                   {"identifiers", {json::parse(bobs), {{"format", "opaque"}, {"id", "sid-bob"}}}}};
  const auto one = foresee(world.set(twice).dump());
  REQUIRE(one.sessions.size() == 1);
  CHECK(one.sessions[0]->id == bob->id);
  CHECK(one.are_all);
  CHECK(foresee(world.set(SignalsWorld::ada(), test::kCaep + "session-established").dump()).sessions.empty());
  for (const auto& bad : {std::string("x"), std::string("a.b.c"), std::string("{}"),
                          world.set(SignalsWorld::ada(), test::kCaep + "session-revoked", {{"aud", "other"}}).dump()}) {
    CAPTURE(bad);
    CHECK(std::holds_alternative<identity::RefusedSet>(foresee(bad).signal));
  }
  CHECK(world.push(token)->status == 202);  // it has not been seen
  CHECK(foresee(token).sessions.empty());
}

TEST_CASE("signals: explain shows what one that ends sessions would do [issue 16]") {
  SignalsWorld world;
  const test::Request request("POST", "/signals", {{"Content-Type", "application/secevent+jwt"}});
  const auto explained = world.service().explain(request.request, world.external);
  REQUIRE(explained);
  CHECK(explained->protocol == "signals");
  REQUIRE(explained->plan);
  CHECK(explained->plan->cause == logout::Cause::signal);
  REQUIRE(explained->plan->calls.size() == 1);
  CHECK(explained->plan->calls[0].target->back_end == "bank");
  CHECK_FALSE(explained->plan->application);
}

}  // namespace router::signals_test
