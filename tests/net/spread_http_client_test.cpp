#include "net/spread_http_client.h"

#include <doctest/doctest.h>

#include <future>
#include <map>
#include <set>
#include <thread>

#include "net/asio_loop.h"
#include "support/fake_http_client.h"
#include "support/run_task.h"

namespace router::spread_http_client_test {

using base::Result;
using net::ClientRequest;
using net::ClientResponse;

ClientRequest request_to(const std::string& url) {
  ClientRequest request;
  request.url = *http::parse_url(url);
  return request;
}

// Places that note who is called where.
struct Places {
  static constexpr std::size_t kCount = 3;

  Places() {
    for (std::size_t i = 0; i < kCount; ++i) {
      loops.push_back(std::make_unique<test::FakeLoop>(clock));
      loops.back()->set_current(false);
      clients.push_back(std::make_unique<test::FakeHttpClient>([](const ClientRequest& request) {
        return Result<ClientResponse>(test::answer_json(200, request.url.host));
      }));
    }
    home.set_current(false);
  }
  net::SpreadHttpClient spread() {
    std::vector<net::SpreadHttpClient::Place> places;
    for (std::size_t i = 0; i < kCount; ++i) places.push_back({*loops[i], *clients[i]});
    return net::SpreadHttpClient(home, std::move(places));
  }
  // Which place has made the one call that waits.
  std::size_t turn() {
    std::size_t made_by = kCount;
    for (std::size_t i = 0; i < kCount; ++i) {
      const auto before = clients[i]->requests.size();
      loops[i]->run_ready();
      if (clients[i]->requests.size() > before) made_by = i;
    }
    return made_by;
  }

  test::FakeClock clock;
  test::FakeLoop home{clock};
  std::vector<std::unique_ptr<test::FakeLoop>> loops;
  std::vector<std::unique_ptr<test::FakeHttpClient>> clients;
};

TEST_CASE("spread client: a call goes out from its host's loop, and its answer comes home [issue 11]") {
  Places places;
  auto client = places.spread();
  std::map<std::string, std::size_t> made_by;
  std::set<std::size_t> used;
  for (int round = 0; round < 2; ++round) {
    for (int port = 40000; port < 40024; port += 2) {
      std::optional<Result<ClientResponse>> answer;
      const auto url = "http://bank.example:" + std::to_string(port) + "/" + std::to_string(round);
      base::start_detached(test::detail::store_result(client.send(request_to(url)), answer));
      const auto place = places.turn();
      REQUIRE(place < Places::kCount);
      CHECK(made_by.try_emplace(std::to_string(port), place).first->second == place);
      used.insert(place);
      CHECK(!answer);  // not on the loop that has made it
      places.home.run_ready();
      REQUIRE(answer);
      CHECK((*answer)->body == "bank.example");
    }
  }
  CHECK(used.size() == Places::kCount);
}

TEST_CASE("spread client: calls to a proxy that takes them whole go out from the loop of the proxy [issue 11]") {
  Places places;
  auto client = places.spread();
  std::set<std::size_t> used;
  for (int port = 1000; port < 1006; ++port) {
    auto request = request_to("http://bank.example:" + std::to_string(port) + "/");
    request.whole_to_proxy = true;
    request.proxy_host = "proxy.example";
    request.proxy_port = 20003;
    std::optional<Result<ClientResponse>> answer;
    base::start_detached(test::detail::store_result(client.send(std::move(request)), answer));
    used.insert(places.turn());
    places.home.run_ready();
    CHECK(answer);
  }
  CHECK(used.size() == 1);
}

class Throwing final : public net::HttpClient {
 public:
  base::Task<Result<ClientResponse>> send(ClientRequest) override {
    throw std::runtime_error("no memory");
    co_return ClientResponse{};
  }
};

base::Task<void> expect_throw(net::HttpClient& client, bool& thrown) {
  auto sending = client.send(request_to("http://bank.example/"));
  try {
    co_await sending;
  } catch (const std::runtime_error&) {
    thrown = true;
  }
}

TEST_CASE("spread client: what a call throws is thrown at home [issue 11]") {
  Places places;
  Throwing throws;
  net::SpreadHttpClient client(places.home, {{*places.loops[0], throws}});
  bool thrown = false;
  base::start_detached(expect_throw(client, thrown));
  places.loops[0]->run_ready();
  CHECK(!thrown);
  places.home.run_ready();
  CHECK(thrown);
}

// A client whose state belongs to its loop: a race if it is touched from anywhere else.
class Owned final : public net::HttpClient {
 public:
  explicit Owned(base::Loop& loop) : loop_(loop) {}
  base::Task<Result<ClientResponse>> send(ClientRequest request) override {
    ++calls;
    is_at_home = is_at_home && loop_.is_current();
    auto later = base::SwitchTo{loop_, false};
    co_await later;
    co_return test::answer_json(200, request.url.host);
  }
  std::size_t calls = 0;
  bool is_at_home = true;

 private:
  base::Loop& loop_;
};

base::Task<void> ask_often(net::HttpClient& client, base::Loop& home, int times, std::size_t& answered, int& running,
                           std::promise<void>& done) {
  for (int i = 0; i < times; ++i) {
    auto sending = client.send(request_to("http://host" + std::to_string(i % 17) + ".example/"));
    const auto answer = co_await sending;
    if (answer && home.is_current()) ++answered;
  }
  if (--running == 0) done.set_value();
}

TEST_CASE("spread client: calls from one loop to several threads, and back [issue 11]") {
  constexpr int kAtOnce = 8;
  constexpr int kTimes = 250;
  net::AsioLoop home;
  std::vector<std::unique_ptr<net::AsioLoop>> loops;
  std::vector<std::unique_ptr<Owned>> clients;
  std::vector<net::SpreadHttpClient::Place> places;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    auto& loop = *loops.emplace_back(std::make_unique<net::AsioLoop>());
    places.push_back({loop, *clients.emplace_back(std::make_unique<Owned>(loop))});
    threads.emplace_back([&loop] { loop.run(); });
  }
  net::SpreadHttpClient client(home, places);
  std::size_t answered = 0;
  int running = kAtOnce;
  std::promise<void> done;
  home.post([&] {
    for (int i = 0; i < kAtOnce; ++i) base::start_detached(ask_often(client, home, kTimes, answered, running, done));
  });
  std::thread at_home([&home] { home.run(); });
  done.get_future().wait();
  home.stop();
  at_home.join();
  for (auto& loop : loops) loop->stop();
  for (auto& thread : threads) thread.join();
  CHECK(answered == kAtOnce * kTimes);
  std::size_t calls = 0;
  for (const auto& one : clients) {
    CHECK(one->is_at_home);
    CHECK(one->calls > 0);
    calls += one->calls;
  }
  CHECK(calls == kAtOnce * kTimes);
}

}  // namespace router::spread_http_client_test
