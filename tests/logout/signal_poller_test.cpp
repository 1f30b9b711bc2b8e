#include "logout/signal_poller.h"

#include <doctest/doctest.h>

#include <deque>

#include "logout/signals_world.h"

namespace router::signal_poller_test {

using nlohmann::json;
using test::SignalsWorld;

namespace {

// A transmitter that is polled, and its pollers: replicas of one router.
struct PolledWorld : SignalsWorld {
  PolledWorld() {
    auto& transmitter = config.signals.transmitters[0];
    transmitter.delivery = config::SignalDelivery::poll;
    transmitter.authorization = base::Secret(std::string("Bearer poll-secret"));
    const auto usual = keys_answer();
    keys.set_answer([this, usual](const net::ClientRequest& request) -> base::Result<net::ClientResponse> {
      if (is_away) return base::Error{base::ErrorCode::refused, request.side, "nobody listens", true};
      if (request.url.path == "/streams") return test::answer_json(200, streams.dump());
      if (request.url.path == "/token") {
        ++tokens;
        return test::answer_json(200, R"({"access_token":"of-the-client","token_type":"Bearer","expires_in":3600})");
      }
      if (request.url.path == "/poll") return polled(request);
      return usual(request);
    });
    streams = json::array({{{"stream_id", "s1"},
                            {"aud", {test::kAudience}},
                            {"delivery", {{"method", "urn:ietf:rfc:8936"}, {"endpoint_url", url("/poll")}}}}});
  }
  static std::string url(const std::string& path) { return std::string(test::kRisk) + path; }
  static test::FakeHttpClient::Answer keys_answer() {
    return [](const net::ClientRequest& request) -> base::Result<net::ClientResponse> {
      if (request.url.path == "/keys") return test::answer_json(200, test::jwks({test::TokenSigner::shared_rsa()}));
      return test::answer_json(200, json{{"issuer", test::kRisk},
                                         {"jwks_uri", url("/keys")},
                                         {"token_endpoint", url("/token")},
                                         {"configuration_endpoint", url("/streams")}}
                                        .dump());
    };
  }
  base::Result<net::ClientResponse> polled(const net::ClientRequest& request) {
    asked.push_back(json::parse(request.body));
    const auto sent = std::find_if(request.headers.begin(), request.headers.end(),
                                   [](const auto& field) { return field.first == "Authorization"; });
    authorization = sent == request.headers.end() ? "" : sent->second;
    for (const auto& jti : asked.back().value("ack", json::array())) waiting.erase(jti.get<std::string>());
    const auto errors = asked.back().value("setErrs", json::object());
    for (const auto& [jti, error] : errors.items()) waiting.erase(jti);
    if (fault) return test::answer_json(fault->first, fault->second);
    json sets = json::object();
    for (const auto& [jti, token] : waiting) sets[jti] = token;
    return test::answer_json(200, json{{"sets", sets}}.dump());
  }
  std::shared_ptr<logout::SignalPoller> poller(logout::TakeSignal take = nullptr) {
    service();
    if (!take)
      take = [this](std::string from, std::string token) {
        return service().take_signal(std::move(from), std::move(token));
      };
    auto issuers = std::make_shared<identity::TokenIssuers>(std::vector<std::string>{test::kRisk},
                                                            identity::transmitter_url, parts());
    auto streams_of =
        std::make_shared<identity::StreamClient>(config.signals.transmitters[0], std::move(issuers), parts());
    auto made = std::make_shared<logout::SignalPoller>(
        std::move(streams_of), logout::SignalPoller::Given{loop, clock, store.shared(), ongoing.signal_states,
                                                           std::move(take), [] { return 0.5; }});
    made->start();
    return made;
  }
  identity::Parts parts() { return {keys, loop, clock}; }
  const logout::SignalStreamState& state() { return ongoing.signal_states[test::kRisk]; }

  json streams;
  std::map<std::string, std::string> waiting;  // tokens by jti, until they are acknowledged
  std::vector<json> asked;
  std::string authorization;
  std::optional<std::pair<int, std::string>> fault;  // how it answers instead
  int tokens = 0;
};

base::Task<logout::TakenSignal> lose() { co_return logout::TakenSignal(); }

base::Task<logout::TakenSignal> take_slowly(test::FakeLoop* loop) {
  co_await base::sleep_for(*loop, base::seconds(20));
  logout::TakenSignal taken;
  taken.is_on_record = true;
  co_return taken;
}

}  // namespace

TEST_CASE("poller: a token that was fetched ends sessions, and is acknowledged with the next poll [issue 16]") {
  PolledWorld world;
  const auto ada = world.log_in("ada");
  world.waiting["a"] = world.sign(world.set());
  const auto poller = world.poller();
  world.loop.run_ready();
  CHECK(world.find(ada->id) == nullptr);
  REQUIRE(world.asked.size() >= 1);
  CHECK(world.asked[0]["maxEvents"] == 100);
  CHECK_FALSE(world.asked[0].contains("ack"));
  CHECK(world.authorization == "Bearer poll-secret");
  world.loop.advance(base::milliseconds(100));
  REQUIRE(world.asked.size() >= 2);
  CHECK(world.asked[1]["ack"] == json::array({"a"}));
  CHECK(world.asked[1]["returnImmediately"] == false);
  CHECK(world.waiting.empty());
  CHECK(world.state().taken == 1);
  CHECK(world.state().last_event == "session-revoked");
  CHECK(world.client.count("bank.example") == 1);
}

TEST_CASE("poller: what is not believed is told with its code, and holds up nothing behind it [issue 16]") {
  PolledWorld world;
  const auto ada = world.log_in("ada");
  world.waiting["bad-audience"] =
      world.sign(world.set(SignalsWorld::ada(), test::kCaep + "session-revoked", {{"aud", "https://x.example"}}));
  world.waiting["bad-key"] = test::TokenSigner::other_rsa().sign(world.set(), {{"typ", "secevent+jwt"}});
  world.waiting["junk"] = "junk";
  world.waiting["large"] = std::string(70'000, 'a');
  world.waiting["zgood"] = world.sign(world.set());
  const auto poller = world.poller();
  world.loop.advance(base::minutes(3));
  CHECK(world.find(ada->id) == nullptr);
  CHECK(world.waiting.empty());
  json errors = json::object();
  for (const auto& ask : world.asked) errors.update(ask.value("setErrs", json::object()));
  CHECK(errors["bad-audience"]["err"] == "invalid_audience");
  CHECK(errors["bad-key"]["err"] == "invalid_key");
  CHECK(errors["junk"]["err"] == "invalid_key");
  CHECK(errors["large"]["err"] == "invalid_request");
  CHECK(errors.size() == 4);
}

TEST_CASE(
    "poller: tokens of a key that is not there are refused as the first of them was, and hold up nothing [issue 16]") {
  PolledWorld world;
  for (int i = 0; i < 50; ++i)
    world.waiting["a" + std::to_string(i)] =
        test::TokenSigner::other_rsa().sign(world.set(), {{"typ", "secevent+jwt"}});
  const auto poller = world.poller();
  world.loop.advance(base::seconds(10));
  CHECK(world.waiting.empty());
  const auto fetches = std::count_if(world.keys.requests.begin(), world.keys.requests.end(),
                                     [](const auto& request) { return request.url.path == "/keys"; });
  CHECK(fetches == 2);
}

TEST_CASE("poller: two replicas poll one at a time, and one goes on where the other has stopped [issue 16]") {
  PolledWorld world;
  const auto one = world.poller();
  const auto other = world.poller();
  world.loop.advance(base::minutes(1));
  const auto asked = world.asked.size();
  CHECK(asked >= 50);
  CHECK(asked <= 62);
  one->stop();
  world.loop.advance(base::seconds(10));
  const auto ada = world.log_in("ada");
  world.waiting["a"] = world.sign(world.set());
  world.loop.advance(base::seconds(10));
  CHECK(world.find(ada->id) == nullptr);
}

TEST_CASE(
    "poller: a transmitter that is away, or lies, is asked ever more seldom, and at once when it is back [issue 16]") {
  const auto oversized = [] {
    json sets = json::object();
    for (int i = 0; i < 101; ++i) sets["j" + std::to_string(i)] = "x";
    return json{{"sets", sets}}.dump();
  };
  const std::pair<int, std::string> answers[] = {{500, "{}"},        {200, "[]"}, {200, "{\"sets\":7}"},
                                                 {200, oversized()}, {302, "{}"}, {401, "{}"}};
  for (const auto& answer : answers) {
    CAPTURE(answer.second.substr(0, 40));
    PolledWorld world;
    world.fault = answer;
    const auto poller = world.poller();
    world.loop.advance(base::minutes(10));
    CHECK(world.asked.size() <= 18);
    CHECK_FALSE(world.state().fault.empty());
    world.fault.reset();
    const auto ada = world.log_in("ada");
    world.waiting["a"] = world.sign(world.set());
    world.loop.advance(base::seconds(90));
    CHECK(world.find(ada->id) == nullptr);
    CHECK(world.state().fault.empty());
  }
}

TEST_CASE("poller: one that takes long keeps the stream to itself [issue 16]") {
  PolledWorld world;
  for (int i = 0; i < 5; ++i) world.waiting["a" + std::to_string(i)] = "token";
  const auto slowly = [&world](std::string, std::string) { return take_slowly(&world.loop); };
  const auto one = world.poller(slowly);
  const auto other = world.poller(slowly);
  world.loop.advance(base::seconds(95));
  CHECK(world.asked.size() == 1);
  world.loop.advance(base::seconds(10));
  CHECK(world.waiting.empty());
}

TEST_CASE("poller: who stops says nothing of the stream any more [issue 16]") {
  PolledWorld world;
  world.fault = {500, "{}"};
  const auto poller = world.poller();
  world.loop.advance(base::seconds(1));
  CHECK_FALSE(world.state().fault.empty());
  poller->stop();
  world.loop.advance(base::minutes(2));
  CHECK(world.state().fault.empty());
  CHECK_FALSE(world.state().is_polling);
}

TEST_CASE("poller: without a stream at the transmitter it says what to do [issue 16]") {
  PolledWorld world;
  world.streams[0]["aud"] = "https://another.example";
  const auto poller = world.poller();
  world.loop.advance(base::seconds(1));
  CHECK(world.asked.empty());
  CHECK(world.state().fault.find("xs-router signals create " + std::string(test::kRisk)) != std::string::npos);
}

TEST_CASE("poller: a client's token is fetched once, and anew when it was refused [issue 16]") {
  PolledWorld world;
  auto& transmitter = world.config.signals.transmitters[0];
  transmitter.client_id = "xs-router";
  transmitter.client_secret = base::Secret(std::string("secret"));
  const auto poller = world.poller();
  world.loop.advance(base::seconds(10));
  CHECK(world.authorization == "Bearer of-the-client");
  CHECK(world.tokens == 1);
  world.fault = {401, "{}"};
  world.loop.advance(base::milliseconds(1'000));
  world.fault.reset();
  world.loop.advance(base::seconds(30));
  CHECK(world.tokens == 2);
  CHECK(world.state().fault.empty());
}

TEST_CASE("poller: what the store did not take comes again, and then counts [issue 16]") {
  PolledWorld world;
  const auto ada = world.log_in("ada");
  world.waiting["a"] = world.sign(world.set());
  bool is_lost = true;
  const auto poller = world.poller([&](std::string from, std::string token) {
    return is_lost ? lose() : world.service().take_signal(std::move(from), std::move(token));
  });
  world.loop.advance(base::seconds(5));
  CHECK(world.waiting.size() == 1);
  is_lost = false;
  world.loop.advance(base::seconds(3));
  CHECK(world.waiting.empty());
  CHECK(world.find(ada->id) == nullptr);
  poller->stop();
}

}  // namespace router::signal_poller_test
