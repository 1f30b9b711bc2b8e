// What a destination that is gone leaves behind is given back (N23).
#include <doctest/doctest.h>

#include "net/asio_backend.h"

namespace router::gone_origins_test {

using namespace std::chrono_literals;

namespace {

base::Task<void> ask_and_stop(net::AsioLoop& loop, net::AsioBackendPool& pool, net::BackendOrigin origin) {
  net::ConnectionWish wish(false, 1s);
  const auto acquired = co_await pool.acquire(origin, wish);
  CHECK_FALSE(acquired);
  loop.stop();
}

base::Task<void> tell_fault(net::AsioLoop& loop, net::AsioBackendPool& pool, net::BackendOrigin origin,
                            std::string& fault) {
  net::ConnectionWish wish(false, 1s);
  const auto acquired = co_await pool.acquire(origin, wish);
  if (!acquired) fault = acquired.error().detail;
  loop.stop();
}

}  // namespace

TEST_CASE("back-end pool: an origin that nobody asks for is forgotten after ten minutes, not before [N23]") {
  net::AsioLoop loop;
  net::ClientTls tls({}, true);
  const net::ParseLimits parse_limits;
  net::AsioBackendPool pool(loop, tls, parse_limits, {});
  // nobody listens on port 1
  const auto origin = net::make_backend_origin(*http::parse_url("http://127.0.0.1:1"));
  loop.post([&] { base::start_detached(ask_and_stop(loop, pool, origin)); });
  loop.run();
  CHECK(pool.counts().origins == 1);
  const auto began = loop.deadlines().now();
  loop.deadlines().advance(began + 9min);
  CHECK(pool.counts().origins == 1);
  loop.deadlines().advance(began + 11min);
  CHECK(pool.counts().origins == 0);
}

TEST_CASE(
    "back-end pool: who cannot be reached is named by host, port and proxy, and by nothing of the inside [issue 9]") {
  const auto url = *http::parse_url("https://bank.example:8443");
  CHECK(net::make_backend_origin(url).place() == "bank.example:8443");
  CHECK(net::make_strict(net::make_backend_origin(url, {}, "proxy", 3128)).place() ==
        "bank.example:8443 via proxy:3128");
  net::AsioLoop loop;
  net::ClientTls tls({}, true);
  const net::ParseLimits parse_limits;
  net::AsioBackendPool pool(loop, tls, parse_limits, {});
  const auto origin = net::make_backend_origin(*http::parse_url("https://127.0.0.1:1"));
  std::string fault;
  loop.post([&] { base::start_detached(tell_fault(loop, pool, origin, fault)); });
  loop.run();
  CHECK(fault.starts_with("connecting to 127.0.0.1:1: "));
}

TEST_CASE("client TLS: a context that nobody asks for is given back after ten minutes, one in use stays [N23]") {
  net::ClientTls tls({}, true);
  const base::SteadyTime began{1h};
  net::TlsClientOptions unverified;
  unverified.verify = false;
  REQUIRE(tls.context({}, began));
  REQUIRE(tls.context(unverified, began));
  CHECK(tls.size() == 2);
  tls.drop_unused(began + 9min);
  CHECK(tls.size() == 2);
  REQUIRE(tls.context({}, began + 9min));
  tls.drop_unused(began + 11min);
  CHECK(tls.size() == 1);
  tls.drop_unused(began + 20min);
  CHECK(tls.size() == 0);
}

}  // namespace router::gone_origins_test
