// A pool on a loop that the test turns, with a back-end on the loopback interface.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

#include "net/asio_backend.h"
#include "turned_loop.h"

namespace router::test {

inline const std::string kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string kGood = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Asked {
  explicit Asked(bool fresh = false, base::SteadyTime ends_by = base::SteadyTime::max())
      : wish(fresh, base::milliseconds(0), ends_by) {}
  bool has_ended() const { return got.has_value(); }
  bool has_connection() const { return got && *got; }
  std::optional<base::ErrorCode> fault() const {
    return got && !*got ? std::optional(got->error().code) : std::nullopt;
  }
  net::AsioBackendConnection& connection() { return static_cast<net::AsioBackendConnection&>(***got); }

  net::ConnectionWish wish;
  std::optional<base::Result<std::unique_ptr<net::BackendConnection>>> got;
};

struct PoolWorld : TurnedLoop {
  explicit PoolWorld(net::PoolLimits pool_limits = {}) : pool(loop, tls, limits, std::move(pool_limits)) {}

  void ask(Asked& asked) {
    base::start_detached(acquire(pool, origin, asked));
    settle();
  }
  static base::Task<void> acquire(net::AsioBackendPool& pool, const net::BackendOrigin& origin, Asked& asked) {
    auto got = co_await pool.acquire(origin, asked.wish);
    asked.got.emplace(std::move(got));
  }
  // Asks, and waits until the back-end has a new connection for it.
  Socket connected(Asked& asked) {
    ask(asked);
    REQUIRE(until([&] { return asked.has_ended(); }));
    REQUIRE(asked.has_connection());
    auto peer = listener.accept(kPatience);
    REQUIRE(peer);
    return std::move(*peer);
  }
  // One request; `reads_body`: to its end.
  void converse(Asked& asked, const Socket& peer, std::string_view answer, bool reads_body = true) {
    bool done = false;
    base::start_detached(exchange(asked.connection(), reads_body, done));
    REQUIRE(peer.send(answer));
    REQUIRE(until([&] { return done; }));
  }
  static base::Task<void> exchange(net::AsioBackendConnection& connection, bool reads_body, bool& done) {
    const auto sent = co_await connection.send(kRequest, {}, {});
    bool goes_on = sent.has_value();
    do {
      const auto answered = co_await connection.read_head(false);
      goes_on = goes_on && answered;
    } while (goes_on && connection.head().status < 200);
    while (goes_on && reads_body) {
      const auto piece = co_await connection.read_body();
      goes_on = piece && !piece->last;
    }
    done = true;
  }
  void give_back(Asked& asked, bool reusable = true) {
    pool.release(std::move(**asked.got), reusable);
    asked.got.reset();
    settle();
  }
  // Nobody has connected since the last accept.
  bool nobody_came() const { return !listener.accept(base::milliseconds(0)); }

  Listener listener;
  net::ParseLimits limits;
  net::ClientTls tls{{}, true};
  net::BackendOrigin origin = net::make_backend_origin(*http::parse_url(listener.origin()));
  net::AsioBackendPool pool;
};

}  // namespace router::test
