// What subscribers find of their streams at the router, their transmitter (SSF 1.0 section 8.1).
#include <doctest/doctest.h>

#include "logout/telling_world.h"

namespace router::signal_streams_test {

using nlohmann::json;
using test::kOther;
using test::TellingWorld;

namespace {

constexpr const char* kStatus = "/xs-router/signals/status";
constexpr const char* kVerification = "/xs-router/signals/verification";
const std::string kDesk = "Bearer desk-secret";
const std::string kPushed = "Bearer other-secret";

std::optional<http::Response> look(TellingWorld& world, const std::string& url, const std::string& secret = kDesk) {
  return world.get(url, nullptr, {{"Authorization", secret}});
}
int post(TellingWorld& world, const char* path, const std::string& body, const std::string& secret = kDesk) {
  const auto answer = world.send(test::Request("POST", path, {{"Authorization", secret}}), nullptr, body);
  world.loop.run_ready();
  return answer ? answer->status : 0;
}
int post(TellingWorld& world, const char* path, const json& body, const std::string& secret = kDesk) {
  return post(world, path, body.dump(), secret);
}

}  // namespace

TEST_CASE(
    "signal streams: the metadata leads to status and verification, and says what must be understood [issue 16]") {
  TellingWorld world;
  const auto metadata = json::parse(world.get("/.well-known/ssf-configuration")->body);
  CHECK(metadata["status_endpoint"] == std::string("https://app.example") + kStatus);
  CHECK(metadata["verification_endpoint"] == std::string("https://app.example") + kVerification);
  CHECK(metadata["critical_subject_members"] == json::array({"session"}));
  for (auto& subscriber : world.config.signals.subscribers) subscriber.authorization = {};
  world.reload();
  const auto without = json::parse(world.get("/.well-known/ssf-configuration")->body);
  CHECK_FALSE(without.contains("configuration_endpoint"));
  CHECK_FALSE(without.contains("status_endpoint"));
}

TEST_CASE("signal streams: each subscriber finds its own, one that is pushed to as one that polls [issue 16]") {
  TellingWorld world;
  const auto streams = json::parse(look(world, "/xs-router/signals/streams", kPushed)->body);
  REQUIRE(streams.size() == 1);
  CHECK(streams[0]["stream_id"] == kOther);
  CHECK(streams[0]["delivery"] ==
        json{{"method", "urn:ietf:rfc:8935"}, {"endpoint_url", std::string(kOther) + "/signals"}});
  const auto named = look(world, "/xs-router/signals/streams?stream_id=desk");
  CHECK(json::parse(named->body)["delivery"]["method"] == "urn:ietf:rfc:8936");
  CHECK(look(world, "/xs-router/signals/streams?stream_id=desk", kPushed)->status == 404);
  CHECK(look(world, "/xs-router/signals/streams", "Bearer other-secreT")->status == 401);
}

TEST_CASE("signal streams: the status is told, and nobody but the operator changes it [issue 16]") {
  TellingWorld world;
  const json enabled{{"stream_id", "desk"}, {"status", "enabled"}};
  CHECK(json::parse(look(world, std::string(kStatus) + "?stream_id=desk")->body) == enabled);
  CHECK(look(world, kStatus)->status == 400);
  CHECK(look(world, std::string(kStatus) + "?stream_id=others")->status == 404);
  CHECK(look(world, std::string(kStatus) + "?stream_id=desk", kPushed)->status == 404);
  CHECK(look(world, std::string(kStatus) + "?stream_id=desk", "")->status == 401);
  CHECK(post(world, kStatus, enabled) == 200);
  CHECK(post(world, kStatus, {{"stream_id", "desk"}, {"status", "paused"}}) == 403);
  CHECK(post(world, kStatus, {{"stream_id", "desk"}, {"status", "disabled"}, {"reason", "holidays"}}) == 403);
  CHECK(post(world, kStatus, {{"stream_id", "others"}, {"status", "enabled"}}) == 404);
  for (const char* bad : {"", "[]", "{}", R"({"stream_id":"desk"})", R"({"stream_id":"desk","status":"gone"})",
                          R"({"status":"enabled"})", R"({"stream_id":1,"status":"enabled"})"}) {
    CAPTURE(bad);
    CHECK(post(world, kStatus, std::string(bad)) == 400);
  }
  CHECK(post(world, kStatus, std::string(70'000, 'x')) == 400);
  CHECK(world.send(test::Request("DELETE", kStatus, {{"Authorization", kDesk}}))->status == 405);
}

TEST_CASE("signal streams: a verification comes as signals come, with the state that was asked for [issue 16]") {
  TellingWorld world;
  CHECK(post(world, kVerification, {{"stream_id", kOther}, {"state", "of-today"}}, kPushed) == 204);
  REQUIRE(world.client.requests.size() == 1);
  const auto pushed = world.pushed(0);
  const std::string event = "https://schemas.openid.net/secevent/ssf/event-type/verification";
  CHECK(pushed["events"] == json{{event, {{"state", "of-today"}}}});
  CHECK(pushed["sub_id"] == json{{"format", "opaque"}, {"id", kOther}});
  CHECK(world.client.header("other.example", "authorization") == kPushed);

  CHECK(post(world, kVerification, {{"stream_id", "desk"}}) == 204);
  const auto sets = world.poll()["sets"];
  REQUIRE(sets.size() == 1);
  CHECK(world.claims_of(sets.front().get<std::string>(), "desk")["events"] == json{{event, json::object()}});
  CHECK(world.poll({{"ack", {sets.begin().key()}}})["sets"].empty());
  CHECK(world.fan_out().waiting() == 0);
}

TEST_CASE("signal streams: a verification that is not accepted is not repeated, and few are asked for [issue 16]") {
  TellingWorld world;
  world.client.set("other.example", [](unsigned) { return 503; });
  const json asked{{"stream_id", kOther}};
  CHECK(post(world, kVerification, asked, kPushed) == 204);
  CHECK(post(world, kVerification, asked, kPushed) == 429);
  world.loop.advance(base::seconds(9));
  const auto refused =
      world.send(test::Request("POST", kVerification, {{"Authorization", kPushed}}), nullptr, asked.dump());
  REQUIRE(refused);
  CHECK(refused->status == 429);
  CHECK(test::header(refused, "retry-after") == "1");
  world.loop.advance(base::minutes(2));
  CHECK(world.client.count("other.example") == 1);
  CHECK(post(world, kVerification, asked, kPushed) == 204);
  CHECK(post(world, kVerification, {{"stream_id", "desk"}}, kPushed) == 404);
  CHECK(post(world, kVerification, asked, "Bearer of-nobody") == 401);
  for (const auto& bad : {json::object(), json{{"stream_id", 1}}, json{{"stream_id", kOther}, {"state", 1}},
                          json{{"stream_id", kOther}, {"state", std::string(2000, 's')}}}) {
    CAPTURE(bad.dump());
    CHECK(post(world, kVerification, bad, kPushed) == 400);
  }
  CHECK(look(world, kVerification, kPushed)->status == 405);
}

TEST_CASE("signal streams: of a session whose time was over nobody's session at another site ends [issue 16]") {
  TellingWorld here;
  const auto ada = here.log_in("ada");
  here.clock.advance(ada->idle_timeout);
  test::run_task(here.service().session_timed_out({ada}), &here.loop);
  here.loop.advance(base::seconds(1));
  const auto told = here.pushed(0);

  test::SignalsWorld there;
  const auto other = there.log_in("ada");
  there.clock.advance(base::minutes(1));
  const auto changes = json{{"sub_id", nullptr}};
  auto set = there.set(json::object(), test::kCaep + "session-revoked", changes);
  set["sub_id"] = told["sub_id"];
  CHECK(there.push_set(set)->status == 202);
  CHECK(there.find(other->id));
  set["sub_id"] = told["sub_id"]["user"];  // who passed the session over would end it
  set["jti"] = "another";
  CHECK(there.push_set(set)->status == 202);
  CHECK_FALSE(there.find(other->id));
}

}  // namespace router::signal_streams_test
