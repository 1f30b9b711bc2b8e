#include "net/names.h"

#include <doctest/doctest.h>

#include <list>
#include <map>
#include <optional>

#include "base/task.h"
#include "support/fake_loop.h"

namespace router::names_test {

using base::Task;
using net::NameAnswer;
using net::NameQuery;
using net::Names;
using namespace std::chrono_literals;

namespace {

// Name servers that answer when the test says so.
struct StubNameServers {
  struct Query final : NameQuery {
    Query(StubNameServers& of, std::string asked_name) : servers(of), name(std::move(asked_name)) {}
    ~Query() override { servers.under_way.erase(name); }
    StubNameServers& servers;
    std::string name;
  };

  net::AskNameServers asker() {
    return [this](const std::string& name, std::function<void(NameAnswer)> answered) {
      ++asked[name];
      under_way[name] = std::move(answered);
      return std::make_unique<Query>(*this, name);
    };
  }
  void answer(const std::string& name, NameAnswer answer) {
    const auto answered = under_way.at(name);
    answered(std::move(answer));
  }

  std::map<std::string, int> asked;
  std::map<std::string, std::function<void(NameAnswer)>> under_way;
};

NameAnswer good(const char* address, base::seconds good_for = 10s) {
  return {.addresses = {boost::asio::ip::make_address(address)}, .good_for = good_for};
}
NameAnswer bad() { return {.fault = "no such name"}; }

struct NamesWorld {
  test::FakeClock clock;
  test::FakeLoop loop{clock};
  StubNameServers servers;
  Names names{loop, clock, servers.asker()};
};

struct Asker {
  Asker(NamesWorld& world, const std::string& name) : question(world.names, name) { base::start_detached(wait(*this)); }
  static Task<void> wait(Asker& asker) {
    co_await asker.question.answered();
    asker.answer = asker.question.answer();
  }
  std::string first_address() const {
    return answer && !answer->addresses.empty() ? answer->addresses[0].to_string() : "";
  }

  Names::Question question;
  std::optional<NameAnswer> answer;
};

}  // namespace

TEST_CASE("names: one question a name, however many wait for it, and each goes on in a turn of its own [N4]") {
  NamesWorld world;
  std::list<Asker> askers;
  for (int i = 0; i < 200; ++i) askers.emplace_back(world, "app.example");
  CHECK(world.servers.asked["app.example"] == 1);
  world.servers.answer("app.example", good("192.0.2.1"));
  for (const auto& asker : askers) CHECK_FALSE(asker.answer);
  world.loop.run_ready();
  for (const auto& asker : askers) CHECK(asker.first_address() == "192.0.2.1");
}

TEST_CASE("names: an answer is kept for a short while, a bad one shorter still [N4]") {
  struct Row {
    const char* name;
    NameAnswer answer;
    base::milliseconds kept_for;
  };
  for (const Row& row : {Row{"what the name servers allow", good("192.0.2.1", 10s), 10s},
                         Row{"at least a second", good("192.0.2.1", 0s), 1s},
                         Row{"at most half a minute", good("192.0.2.1", 86'400s), 30s}, Row{"bad", bad(), 1s}}) {
    CAPTURE(row.name);
    NamesWorld world;
    Asker first(world, "app.example");
    world.servers.answer("app.example", row.answer);
    world.clock.advance(row.kept_for - 1ms);
    Asker soon(world, "app.example");
    CHECK(soon.answer);
    CHECK(world.servers.asked["app.example"] == 1);
    world.clock.advance(1ms);
    Asker late(world, "app.example");
    CHECK_FALSE(late.answer);
    CHECK(world.servers.asked["app.example"] == 2);
    late.question.give_up();
    world.loop.run_ready();
  }
}

TEST_CASE("names: a silent name holds up no other, and is given up when nobody waits for it any longer [N4]") {
  NamesWorld world;
  Asker first(world, "silent.example");
  Asker second(world, "silent.example");
  Asker other(world, "app.example");
  world.servers.answer("app.example", good("192.0.2.1"));
  world.loop.run_ready();
  CHECK(other.answer);
  first.question.give_up();
  CHECK_FALSE(first.answer);
  world.loop.run_ready();
  CHECK(first.answer);
  CHECK(first.answer->addresses.empty());
  CHECK(world.servers.under_way.count("silent.example") == 1);
  second.question.give_up();
  CHECK(world.servers.under_way.empty());
  world.loop.run_ready();
  CHECK(second.answer);
}

TEST_CASE("names: giving up and an answer in one tick wake the waiter once, whichever comes first [N1]") {
  for (const bool answer_first : {true, false}) {
    CAPTURE(answer_first);
    NamesWorld world;
    std::list<Asker> askers;
    for (int i = 0; i < 3; ++i) askers.emplace_back(world, "app.example");
    if (answer_first) world.servers.answer("app.example", good("192.0.2.1"));
    for (auto& asker : askers) {
      asker.question.give_up();
      asker.question.give_up();
    }
    CHECK(world.servers.under_way.empty());
    world.loop.run_ready();
    for (const auto& asker : askers) {
      REQUIRE(asker.answer);
      CHECK(asker.answer->addresses.empty() != answer_first);
    }
  }
}

TEST_CASE("names: an address needs no name server [N4]") {
  NamesWorld world;
  for (const char* address : {"192.0.2.1", "::1"}) {
    Asker asker(world, address);
    CHECK(asker.first_address() == address);
  }
  CHECK(world.servers.asked.empty());
}

TEST_CASE("names: whatever is below localhost is localhost, and no name server hears of it [issue 15]") {
  NamesWorld world;
  Asker tenant(world, "acme.localhost");
  Asker other(world, "localhost");
  Asker none(world, "notlocalhost");
  CHECK(world.servers.asked == std::map<std::string, int>{{"localhost", 1}, {"notlocalhost", 1}});
  world.servers.answer("localhost", good("127.0.0.1"));
  world.loop.run_ready();
  CHECK(tenant.first_address() == "127.0.0.1");
  CHECK(other.first_address() == "127.0.0.1");
  CHECK_FALSE(none.answer);
  CHECK(Asker(world, "globex.localhost").first_address() == "127.0.0.1");
  none.question.give_up();
  world.loop.run_ready();
}

TEST_CASE("names: the memory of answers is bounded [N4]") {
  NamesWorld world;
  for (std::size_t i = 0; i < 2 * Names::kMostKept; ++i) {
    const auto name = "host-" + std::to_string(i) + ".example";
    Asker asker(world, name);
    world.servers.answer(name, good("192.0.2.1"));
    world.loop.run_ready();
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < 2 * Names::kMostKept; ++i) {
    Asker asker(world, "host-" + std::to_string(i) + ".example");
    if (asker.answer) ++kept;
    asker.question.give_up();
    world.loop.run_ready();
  }
  CHECK(kept == Names::kMostKept);
}

}  // namespace router::names_test
