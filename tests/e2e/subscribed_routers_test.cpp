// Two sites whose routers tell each other of every session that ends (docs/contract/signals.md "Out").
#include <doctest/doctest.h>

#include <memory>

#include "e2e/sign_on_fixture.h"
#include "support/redis_server.h"

namespace router::test::subscribed_routers_test {

using nlohmann::json;

namespace {

constexpr const char* kPushSecret = "Bearer what they push with";
constexpr milliseconds kGoneWithin{2'000};

struct KeepingProvider : StubProvider {
  KeepingProvider() {
    ProviderBehaviour behaviour;
    behaviour.keeps_session = true;  // who signs in at both sites has one session here
    behave(std::move(behaviour));
  }
};

struct Site {
  RecordingBackend orders;
  RecordingBackend invoices;
  TemporaryFolder state;
  std::unique_ptr<RedisServer> redis = nullptr;  // of several replicas
  std::vector<std::uint16_t> ports = {};
  std::vector<std::unique_ptr<RouterProcess>> routers = {};

  RouterProcess& router() const { return *routers.front(); }
  // Where it is told.
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(ports.front()); }
  void kill() const {
    for (const auto& router : routers) router->kill();
  }
  // The same browser, led to another replica.
  Browser at(std::size_t number, const Browser& browser) const {
    Browser there(routers[number % routers.size()]->port());
    for (const auto& [name, value] : browser.cookies()) there.set_cookie(name, value);
    return there;
  }
  bool lets_in(const Browser& browser) const {
    for (std::size_t i = 0; i < routers.size(); ++i) {
      if (is_a_session(at(i, browser))) return true;
    }
    return false;
  }
  std::size_t signals_received() const {
    constexpr std::string_view kReceived = "\"event\":\"signals.received\"";
    std::size_t found = 0;
    for (const auto& router : routers) {
      const auto text = router->log();
      for (auto at = text.find(kReceived); at != std::string::npos; at = text.find(kReceived, at + 1)) ++found;
    }
    return found;
  }
};

// `polls`: the second one fetches what the first one tells.
struct Sites {
  explicit Sites(bool polls = false, std::size_t replicas = 1) : polls_(polls) {
    for (auto* site : {&first, &second}) {
      if (replicas > 1) site->redis = std::make_unique<RedisServer>();
      for (std::size_t i = 0; i < replicas; ++i) site->ports.push_back(refusing_port());
    }
    start(first);
    start(second);
  }
  RouterSetup setup(const Site& site, const Site& other) const {
    auto made = sign_on_setup(provider, site.orders.origin(), site.invoices.origin());
    json transmitter{{"issuer", other.origin()}, {"audience", site.origin()}};
    json subscriber{{"audience", other.origin()}, {"url", other.origin() + "/signals"}};
    if (polls_ && &site == &second) transmitter["delivery"] = "poll";
    if (polls_ && &site == &first) subscriber.erase("url");
    made.descriptor["signals"] = {
        {"endpoint", "/signals"}, {"transmitters", {transmitter}}, {"subscribers", {subscriber}}};
    made.environment["SIGNALS_SECRETS"] = json{{other.origin(), kPushSecret}}.dump();
    made.environment["SIGNALS_ISSUER"] = site.origin();
    made.environment["SESSION_SECRET"] = "of the site at " + site.origin() + ", long enough, 2026";
    if (site.redis)
      made.environment["SESSION_STORE"] = "redis://127.0.0.1:" + std::to_string(site.redis->port());
    else
      made.environment["STATE_DIR"] = site.state.path().string();
    made.environment["SHUTDOWN_TIMEOUT"] = "2";
    made.port = site.ports.front();
    return made;
  }
  void start(Site& site) {
    auto made = setup(site, &site == &first ? second : first);
    site.routers.clear();
    for (const auto port : site.ports) {
      made.port = port;
      site.routers.push_back(std::make_unique<RouterProcess>(made));
    }
  }
  Browser signed_in(const std::string& user, const Site& site) {
    ProviderBehaviour behaviour;
    behaviour.user = user;
    behaviour.keeps_session = true;
    provider.behave(std::move(behaviour));
    return signed_in_at(site.router());
  }

  KeepingProvider provider;
  Site first;
  Site second;

 private:
  bool polls_;
};

struct Person {
  std::string name;
  Browser here;
  Browser there;
};

std::vector<Person> signed_in_at_both(Sites& sites, int how_many) {
  std::vector<Person> people;
  for (int i = 0; i < how_many; ++i) {
    const auto name = "user" + std::to_string(i);
    people.push_back({name, sites.signed_in(name, sites.first), sites.signed_in(name, sites.second)});
  }
  return people;
}

void check_that_one_logout_holds_for_both(bool polls) {
  Sites sites(polls);
  auto people = signed_in_at_both(sites, 24);
  const auto stays = people.back();
  people.pop_back();
  for (auto& person : people) person.here.navigate("/my/logout");
  for (const auto& person : people) {
    CAPTURE(person.name);
    CHECK(eventually([&] { return !is_a_session(person.there); }, kGoneWithin));
  }
  CHECK(is_a_session(stays.here));
  CHECK(is_a_session(stays.there));
  CHECK(sites.second.orders.waits_for("/sign-out", people.size()));
  // and the other way round, nobody tells back
  auto last = stays;
  last.there.navigate("/my/logout");
  CHECK(eventually([&] { return !is_a_session(last.here); }, kGoneWithin));
  CHECK(sites.first.signals_received() == 1);
  CHECK(sites.second.signals_received() == people.size());
}

}  // namespace

TEST_CASE("subscribed routers: one logout ends the user's sessions at both sites, and nothing goes round [issue 16]") {
  check_that_one_logout_holds_for_both(false);
}

TEST_CASE("subscribed routers: the same where one of them polls the other [issue 16]") {
  check_that_one_logout_holds_for_both(true);
}

TEST_CASE("subscribed routers: whoever is killed meanwhile, what was told is told once it is back [issue 16]") {
  Sites sites;
  auto people = signed_in_at_both(sites, 12);
  sites.second.kill();
  for (std::size_t i = 0; i < 6; ++i) people[i].here.navigate("/my/logout");
  sites.start(sites.second);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(eventually([&] { return !is_a_session(people[i].there); }, milliseconds(20'000)));
  sites.second.kill();
  for (std::size_t i = 6; i < 12; ++i) people[i].here.navigate("/my/logout");
  sites.first.kill();
  sites.start(sites.second);
  sites.start(sites.first);
  for (std::size_t i = 6; i < 12; ++i)
    CHECK(eventually([&] { return !is_a_session(people[i].there); }, milliseconds(30'000)));
}

TEST_CASE(
    "subscribed routers: with three replicas each, whoever leaves at one of them is gone at all of both sites [issue "
    "16]") {
  Sites sites(false, 3);
  const auto people = signed_in_at_both(sites, 13);
  const auto& stays = people.back();
  const std::size_t half = people.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    sites.first.at(i, people[i].here).navigate("/my/logout");
    sites.second.at(i, people[half + i].there).navigate("/my/logout");
  }
  for (std::size_t i = 0; i < 2 * half; ++i) {
    CAPTURE(people[i].name);
    CHECK(eventually([&] { return !sites.first.lets_in(people[i].here); }, kGoneWithin));
    CHECK(eventually([&] { return !sites.second.lets_in(people[i].there); }, kGoneWithin));
  }
  CHECK(sites.first.lets_in(stays.here));
  CHECK(sites.second.lets_in(stays.there));
  for (const auto* site : {&sites.first, &sites.second}) {
    CHECK(site->orders.waits_for("/sign-out", 2 * half));
    CHECK(site->orders.count("/sign-out") == 2 * half);
    CHECK(eventually([&] { return site->signals_received() == half; }));
  }
}

TEST_CASE(
    "subscribed routers: a site whose replicas are all killed meanwhile hears of all once it is back [issue 16]") {
  Sites sites(false, 3);
  const auto people = signed_in_at_both(sites, 8);
  const auto leave = [&](std::size_t number) { sites.first.at(number, people[number].here).navigate("/my/logout"); };
  for (std::size_t i = 0; i < 4; ++i) leave(i);
  sites.second.kill();
  for (std::size_t i = 4; i < 8; ++i) leave(i);
  sites.start(sites.second);
  for (const auto& person : people)
    CHECK(eventually([&] { return !sites.second.lets_in(person.there); }, milliseconds(20'000)));
}

TEST_CASE("subscribed routers: the command shows the stream that is polled, or says that there is none [issue 16]") {
  Sites sites(true);
  const auto shown = run_to_end(sites.setup(sites.second, sites.first), {"signals", "status", sites.first.origin()});
  CAPTURE(shown.output);
  CHECK(shown.exit_code == 0);
  CHECK(shown.output.find("stream " + sites.second.origin() + ": enabled") != std::string::npos);
  const auto verified = run_to_end(sites.setup(sites.second, sites.first), {"signals", "verify", sites.first.origin()});
  CAPTURE(verified.output);
  CHECK(verified.exit_code == 0);
  CHECK(sites.second.router().logs("\"signal\":\"verification\""));
  const auto none = run_to_end(sites.setup(sites.first, sites.second), {"signals", "verify", sites.second.origin()});
  CAPTURE(none.output);
  CHECK(none.exit_code == 1);
  const auto unknown = run_to_end(sites.setup(sites.first, sites.second), {"signals", "status", "https://x.example"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.output.find(sites.second.origin()) != std::string::npos);
}

}  // namespace router::test::subscribed_routers_test
