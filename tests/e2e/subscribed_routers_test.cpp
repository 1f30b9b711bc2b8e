// Two sites whose routers tell each other of every session that ends (docs/contract/signals.md "Out").
#include <doctest/doctest.h>

#include <memory>

#include "e2e/sign_on_fixture.h"

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
  std::uint16_t port = refusing_port();
  std::unique_ptr<RouterProcess> router = nullptr;

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port); }
};

// `polls`: the second one fetches what the first one tells.
struct Sites {
  explicit Sites(bool polls = false) : polls_(polls) {
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
    made.environment["STATE_DIR"] = site.state.path().string();
    made.environment["SHUTDOWN_TIMEOUT"] = "2";
    made.port = site.port;
    return made;
  }
  void start(Site& site) {
    site.router = std::make_unique<RouterProcess>(setup(site, &site == &first ? second : first));
  }
  Browser signed_in(const std::string& user, const Site& site) {
    ProviderBehaviour behaviour;
    behaviour.user = user;
    behaviour.keeps_session = true;
    provider.behave(std::move(behaviour));
    return signed_in_at(*site.router);
  }
  static std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
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
  CHECK(Sites::count(sites.first.router->log(), "\"event\":\"signals.received\"") == 1);
  CHECK(Sites::count(sites.second.router->log(), "\"event\":\"signals.received\"") == people.size());
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
  sites.second.router->kill();
  for (std::size_t i = 0; i < 6; ++i) people[i].here.navigate("/my/logout");
  sites.start(sites.second);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(eventually([&] { return !is_a_session(people[i].there); }, milliseconds(20'000)));
  sites.second.router->kill();
  for (std::size_t i = 6; i < 12; ++i) people[i].here.navigate("/my/logout");
  sites.first.router->kill();
  sites.start(sites.second);
  sites.start(sites.first);
  for (std::size_t i = 6; i < 12; ++i)
    CHECK(eventually([&] { return !is_a_session(people[i].there); }, milliseconds(30'000)));
}

TEST_CASE("subscribed routers: the command shows the stream that is polled, or says that there is none [issue 16]") {
  Sites sites(true);
  const auto shown = run_to_end(sites.setup(sites.second, sites.first), {"signals", "status", sites.first.origin()});
  CAPTURE(shown.output);
  CHECK(shown.exit_code == 0);
  CHECK(shown.output.find("stream " + sites.second.origin()) != std::string::npos);
  const auto none = run_to_end(sites.setup(sites.first, sites.second), {"signals", "verify", sites.second.origin()});
  CAPTURE(none.output);
  CHECK(none.exit_code == 1);
  const auto unknown = run_to_end(sites.setup(sites.first, sites.second), {"signals", "status", "https://x.example"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.output.find(sites.second.origin()) != std::string::npos);
}

}  // namespace router::test::subscribed_routers_test
