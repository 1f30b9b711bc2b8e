// Calls of the router's own over a pool that the test turns: when one is tried anew.
#include <doctest/doctest.h>

#include <optional>

#include "net/asio_http_client.h"
#include "pool_world.h"

namespace router::http_client_test {

using base::ErrorCode;
using base::Task;
using test::Asked;
using test::kGood;
using test::PoolWorld;
using namespace std::chrono_literals;

namespace {

Task<void> send_by_client(net::AsioHttpClient& client, net::ClientRequest request,
                          std::optional<base::Result<net::ClientResponse>>& response) {
  auto answered = co_await client.send(std::move(request));
  response.emplace(std::move(answered));
}

}  // namespace

TEST_CASE(
    "http client: a kept connection that ends instead of answering is tried anew, where that does no harm "
    "[H17]") {
  struct Row {
    const char* method;
    std::string before_the_end;
    bool tried_anew;
  };
  for (const Row& row :
       {Row{"GET", "", true}, Row{"PUT", "", true}, Row{"POST", "", false}, Row{"GET", "HTTP/1.1 200", false}}) {
    CAPTURE(std::string(row.method));
    CAPTURE(row.before_the_end);
    PoolWorld world;
    Asked asked;
    auto peer = world.connected(asked);
    world.converse(asked, peer, kGood);
    world.give_back(asked);
    base::SystemClock clock;
    net::AsioHttpClient client(world.pool, clock);
    net::ClientRequest request;
    request.method = row.method;
    request.url = *http::parse_url(world.listener.origin());
    std::optional<base::Result<net::ClientResponse>> response;
    base::start_detached(send_by_client(client, std::move(request), response));
    world.settle();
    peer.send(row.before_the_end);
    peer.shutdown_write();
    std::optional<test::Socket> again;
    CHECK(world.until([&] {
      if (!again) again = world.listener.accept(0ms);
      return again || response;
    }));
    CHECK(again.has_value() == row.tried_anew);
    if (again) {
      again->send(kGood);
      again->shutdown_write();
    }
    REQUIRE(world.until([&] { return response.has_value(); }));
    CHECK(response->has_value() == row.tried_anew);
    if (!*response) CHECK(response->error().code == ErrorCode::closed);
  }
}

}  // namespace router::http_client_test
