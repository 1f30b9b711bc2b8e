#include "logout/subscribers.h"

#include <doctest/doctest.h>

#include "logout/call_record.h"
#include "logout/telling_world.h"

namespace router::subscribers_test {

using nlohmann::json;
using test::kOther;
using test::SignalsWorld;
using test::TellingWorld;

namespace {

const json& event_of(const json& claims) { return claims["events"].front(); }

}  // namespace

TEST_CASE("subscribers: a session that ends is told by a token that says whose, which, why and since when [issue 16]") {
  TellingWorld world;
  const auto ada = world.log_in("ada");
  const auto response = world.get("/my/logout", ada);
  world.loop.run_ready();
  REQUIRE(world.client.requests.size() == 1);
  const auto& request = world.client.requests[0];
  CHECK(request.url.to_string() == std::string(kOther) + "/signals");
  CHECK(world.client.header("other.example", "content-type") == "application/secevent+jwt");
  CHECK(world.client.header("other.example", "authorization") == "Bearer other-secret");
  const auto claims = world.pushed(0);
  const auto id = test::header(response, "x-logout-id");
  CHECK(claims["jti"] == id + ".1");
  CHECK(claims["txn"] == world.tokens.own_transactions() + id);
  CHECK(claims["events"].contains(test::kCaep + "session-revoked"));
  CHECK(event_of(claims)["initiating_entity"] == "user");
  CHECK(event_of(claims)["event_timestamp"] == world.now());
  CHECK(claims["sub_id"] == json{{"format", "complex"},
                                 {"user", SignalsWorld::ada()},
                                 {"session", {{"format", "opaque"}, {"id", "sid-ada"}}}});
  const auto receipt = world.receipts.find(id);
  REQUIRE(receipt);
  CHECK(to_json(*receipt).find("\"backEnd\":\"https://other.example\"") != std::string::npos);
}

TEST_CASE("subscribers: only a session whose time was over is called by a name that nobody else knows [issue 16]") {
  TellingWorld world;
  const auto ada = world.log_in("ada");
  // handed out as if its time were over by a store whose process has died over a logout
  test::run_task(world.service().session_timed_out({ada}), &world.loop);
  world.loop.advance(base::seconds(1));
  CHECK(world.pushed(0)["sub_id"]["session"]["id"] == "sid-ada");
  const auto bob = world.log_in("bob");
  world.clock.advance(bob->idle_timeout);
  test::run_task(world.service().session_timed_out({bob}), &world.loop);
  world.loop.advance(base::seconds(1));
  const auto claims = world.pushed(1);
  CHECK(claims["sub_id"]["session"]["id"].get<std::string>().size() == 43);
  CHECK(event_of(claims)["initiating_entity"] == "policy");
}

TEST_CASE("subscribers: what another has told is not told back, and goes on to others as it was told [issue 16]") {
  TellingWorld world;
  world.log_in("ada");
  world.clock.advance(base::minutes(1));
  world.push_set(world.set());
  world.loop.advance(base::seconds(1));
  const auto claims = world.pushed(0);
  CHECK(claims["txn"] == "txn-7");
  CHECK(event_of(claims)["reason_admin"]["en"] == "session-revoked, told by https://risk.example");
  CHECK(world.poll()["sets"].size() == 1);

  TellingWorld back;
  back.config.signals.subscribers[0].audience = test::kRisk;
  back.config.signals.subscribers[1].audience = test::kRisk + std::string("/");
  back.renew();
  back.log_in("ada");
  back.push_set(back.set());
  back.loop.advance(base::seconds(1));
  CHECK(back.client.requests.empty());
}

TEST_CASE("subscribers: a signal that began here and comes back ends nothing [issue 16]") {
  TellingWorld world;
  const auto ada = world.log_in("ada");
  const auto changes = json{{"txn", world.tokens.own_transactions() + "any-logout"}};
  const auto response = world.push_set(world.set(SignalsWorld::ada(), test::kCaep + "session-revoked", changes));
  REQUIRE(response);
  CHECK(response->status == 202);
  CHECK(world.find(ada->id) != nullptr);
}

TEST_CASE("subscribers: 202 confirms, 400 is final, anything else is tried again with the same token [issue 16]") {
  struct Row {
    int status;
    logout::Outcome outcome;
    std::size_t tries;
  };
  for (const Row& row : {Row{202, logout::Outcome::confirmed, 1}, Row{400, logout::Outcome::refused, 1},
                         Row{404, logout::Outcome::confirmed, 2}, Row{401, logout::Outcome::confirmed, 2},
                         Row{302, logout::Outcome::confirmed, 2}, Row{503, logout::Outcome::confirmed, 2}}) {
    CAPTURE(row.status);
    TellingWorld world;
    world.client.set("other.example", [&](unsigned attempt) { return attempt == 1 ? row.status : 202; });
    const auto response = world.get("/my/logout", world.log_in("ada"));
    world.loop.advance(base::minutes(3));
    CHECK(world.client.count("other.example") == row.tries);
    const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
    REQUIRE(receipt);
    CHECK(receipt->calls.at(0).outcome == row.outcome);
    if (row.tries == 2) CHECK(world.pushed(0)["jti"] == world.pushed(1)["jti"]);
  }
}

TEST_CASE("subscribers: one that polls gets each token until it is acknowledged, and nobody else's [issue 16]") {
  TellingWorld world;
  const auto response = world.get("/my/logout", world.log_in("ada"));
  world.loop.run_ready();
  world.sign_out(world.log_in("bob"));
  const auto id = test::header(response, "x-logout-id");
  const auto receipt = world.receipts.find(id);
  REQUIRE(receipt);
  CHECK(receipt->calls.at(1).outcome == logout::Outcome::pending);
  const auto first = world.poll({{"maxEvents", 1}});
  REQUIRE(first["sets"].size() == 1);
  CHECK(first["moreAvailable"] == true);
  CHECK(first["sets"].contains(id + ".2"));
  CHECK(world.claims_of(first["sets"][id + ".2"].get<std::string>(), "desk")["jti"] == id + ".2");
  CHECK(world.poll()["sets"].size() == 2);
  const auto rest = world.poll({{"ack", {id + ".2"}}});
  CHECK(rest["sets"].size() == 1);
  CHECK(receipt->calls.at(1).outcome == logout::Outcome::confirmed);
  const auto last = rest["sets"].begin().key();
  const json why{{"err", "invalid_key"}, {"description", "not of ours"}};
  CHECK(world.poll({{"setErrs", {{last, why}}}})["sets"].empty());
  const auto bobs = world.receipts.find(last.substr(0, last.size() - 2));
  REQUIRE(bobs);
  CHECK(bobs->calls.at(1).outcome == logout::Outcome::refused);
  CHECK(bobs->calls.at(1).fault == "invalid_key: not of ours");
  for (const char* wrong : {"Bearer desk-secreT", "", "Bearer other-secret"}) {
    world.poll(json::object(), wrong);
    REQUIRE(world.answer);
    CHECK(world.answer->status == 401);
  }
  for (const auto& bad : {json{{"maxEvents", -1}}, json{{"ack", "x"}}, json{{"ack", {1}}},
                          json{{"setErrs", json::array()}}, json{{"returnImmediately", "no"}}}) {
    world.poll(bad);
    CHECK(world.answer->status == 400);
  }
}

TEST_CASE("subscribers: LOGOUT_GIVE_UP_AFTER holds for all that one which never polls has not fetched [issue 16]") {
  TellingWorld world;
  world.options.give_up_after = base::minutes(15);
  world.options.concurrency = 4;
  world.config.signals.subscribers.erase(world.config.signals.subscribers.begin());
  world.renew();
  for (int i = 0; i < 20; ++i) world.sign_out(world.log_in("user" + std::to_string(i)));
  world.loop.advance(base::minutes(14));
  CHECK(world.fan_out().dead_total() == 0);
  world.loop.advance(base::minutes(2));
  CHECK(world.fan_out().dead_total() == 20);
  CHECK(world.poll()["sets"].empty());
}

TEST_CASE("subscribers: a poll that waits is answered by the next logout, or after a while with nothing [issue 16]") {
  TellingWorld world;
  std::optional<logout::SignalQueue::Batch> batch;
  const auto polls = [&] {
    batch.reset();
    base::start_detached([](TellingWorld* asked, std::optional<logout::SignalQueue::Batch>* into) -> base::Task<void> {
      logout::SignalQueue::Poll poll;
      poll.most = 10;
      auto polling = asked->queue.poll("desk", std::move(poll));
      auto polled = co_await polling;
      if (polled) *into = *std::move(polled);
    }(&world, &batch));
  };
  polls();
  world.loop.advance(base::seconds(4));
  CHECK_FALSE(batch);
  world.loop.advance(base::seconds(2));
  REQUIRE(batch);
  CHECK(batch->sets.empty());
  polls();
  world.sign_out(world.log_in("ada"));
  REQUIRE(batch);
  CHECK(batch->sets.size() == 1);
}

TEST_CASE("subscribers: what the router says of itself as a transmitter leads to keys, streams and polls [issue 16]") {
  TellingWorld world;
  const auto document = world.get("/.well-known/ssf-configuration");
  REQUIRE(document);
  const auto metadata = json::parse(document->body);
  CHECK(metadata["issuer"] == "https://router.example");
  CHECK(metadata["jwks_uri"] == "https://app.example/xs-router/jwks.json");
  for (const char* method : {"HEAD", "POST"}) {
    const auto other = world.send(test::Request(method, "/.well-known/ssf-configuration"));
    REQUIRE(other);
    CHECK(other->status == (std::string(method) == "HEAD" ? 200 : 405));
  }
  CHECK(world.get("/xs-router/signals/streams")->status == 401);
  const auto streams = world.get("/xs-router/signals/streams", nullptr, {{"Authorization", "Bearer desk-secret"}});
  REQUIRE(streams);
  const auto stream = json::parse(streams->body)[0];
  CHECK(stream["aud"] == "desk");
  CHECK(stream["delivery"]["endpoint_url"] == "https://app.example/xs-router/signals/poll");
  world.config.environment.signals_issuer = "https://router.example/one";
  world.reload();
  CHECK_FALSE(world.get("/.well-known/ssf-configuration"));
  const auto below = world.get("/.well-known/ssf-configuration/one");
  REQUIRE(below);
  CHECK(json::parse(below->body)["issuer"] == "https://router.example/one");
  world.config.signals.subscribers.clear();
  world.config.environment.signals_issuer.clear();
  world.reload();
  CHECK_FALSE(world.get("/.well-known/ssf-configuration"));
}

TEST_CASE("subscribers: sessions that time out by the thousand wait until the subscriber has been told [issue 16]") {
  TellingWorld world;
  world.options.max_waiting = 300;
  world.options.paced_high_water = 100;
  world.options.paced_per_second = 100;
  world.config.signals.subscribers.pop_back();
  world.renew();
  std::vector<session::Snapshot> ended;
  for (int i = 0; i < 1000; ++i) ended.push_back(world.log_in("user" + std::to_string(i)));
  bool is_done = false;
  base::start_detached(test::detail::store_done(world.service().session_timed_out(std::move(ended)), is_done));
  world.loop.advance(base::minutes(1));
  CHECK(is_done);
  CHECK(world.fan_out().dead_total() == 0);
  CHECK(world.client.count("other.example") == 1000);
}

TEST_CASE("subscribers: explain names them beside the back-ends that a logout tells [issue 16]") {
  TellingWorld world;
  const test::Request request("GET", "/my/logout");
  const auto explained = world.service().explain(request.request, world.external);
  REQUIRE(explained);
  REQUIRE(explained->plan);
  REQUIRE(explained->plan->calls.size() == 2);
  CHECK(explained->plan->calls[0].target->back_end == kOther);
  CHECK(explained->plan->calls[1].target->back_end == "desk");
}

TEST_CASE("subscribers: what is told outlives the process with its call [issue 16]") {
  logout::CallRecord call;
  call.id = "l.1";
  call.credentials = std::make_shared<logout::Credentials>();
  call.signal = R"({"txn":"t"})";
  const auto read = logout::unpack_call(logout::pack(call).reveal());
  REQUIRE(read);
  CHECK(read->signal == call.signal);
}

}  // namespace router::subscribers_test
