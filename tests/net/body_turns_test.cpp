// Bodies on a real loop: a stranger's thousand one-byte chunks that came at once leave turns to everybody else, whoever
// reads them.
#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <thread>

#include "net/asio_backend.h"
#include "net/bounded_body.h"
#include "net/server.h"
#include "support/socket.h"

namespace router::body_turns_test {

using base::Task;
using std::string;

namespace {

constexpr int kChunks = 1000;

string one_byte_chunks() {
  string body;
  for (int i = 0; i < kChunks; ++i) body.append("1\r\nx\r\n");
  return body + "0\r\n\r\n";
}

// What the loop does besides: comes again in every turn until it is told to leave.
struct Others : std::enable_shared_from_this<Others> {
  explicit Others(net::AsioLoop& of) : loop(of) {}
  void come() {
    if (leave) return;
    ++turns;
    loop.post([self = shared_from_this()] { self->come(); });
  }
  net::AsioLoop& loop;
  int turns = 0;
  bool leave = false;
};

struct Reading {
  string body;
  int others_turns = 0;
};

class BodyHandler final : public net::Handler {
 public:
  explicit BodyHandler(net::AsioLoop& loop) : others_(std::make_shared<Others>(loop)) {}

  Task<void> handle(net::Exchange& exchange) override {
    others_->come();
    auto body = co_await net::read_bounded_body(exchange, 64 * 1024);
    others_->leave = true;
    done.set_value({body ? *body : "", others_->turns});
    http::Response answer = http::text_response(200, "taken");
    auto answered = co_await exchange.respond(std::move(answer));
    (void)answered;
  }
  http::Response refusal(const base::Error&, const http::Headers&) override { return http::text_response(400, "bad"); }

  std::promise<Reading> done;

 private:
  std::shared_ptr<Others> others_;
};

Task<void> read_answer(net::AsioLoop& loop, net::AsioBackendPool& pool, const net::BackendOrigin& origin,
                       Reading& reading) {
  net::ConnectionWish wish(false, base::milliseconds(5'000));
  auto acquired = co_await pool.acquire(origin, wish);
  auto connection = std::move(*acquired);
  auto sent = co_await connection->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto answered = co_await connection->read_head(false);
  const auto others = std::make_shared<Others>(loop);
  others->come();
  for (bool last = !sent || !answered; !last;) {
    auto piece = co_await connection->read_body();
    last = !piece || piece->last;
    if (piece) reading.body.append(piece->data);
  }
  others->leave = true;
  reading.others_turns = others->turns;
  pool.release(std::move(connection), false);
  loop.stop();
}

}  // namespace

TEST_CASE("body turns: a thousand one-byte chunks of a client that came at once are read with turns for others [N2]") {
  net::AsioLoop loop;
  net::ConnectionLimits limits(0, 0);
  BodyHandler handler(loop);
  net::Server server(loop, handler, net::ParseLimits{}, net::ServerTimeouts{}, limits);
  const auto port = server.listen(0);
  REQUIRE(port.has_value());
  server.start();
  const test::Socket client = test::connect_to(*port);
  CHECK(client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" +
                    one_byte_chunks()));
  std::thread thread([&loop] { loop.run(); });
  const auto reading = handler.done.get_future().get();
  CHECK(reading.body == string(kChunks, 'x'));
  CHECK(reading.others_turns > kChunks / 20);
  string answer;
  while (client.receive(answer, test::in(test::kPatience)) == test::Received::data) {
  }
  CHECK(test::eventually([&] { return server.connections() == 0; }));
  loop.stop();
  thread.join();
}

TEST_CASE(
    "body turns: a thousand one-byte chunks of a back-end that came at once are read with turns for others [N2]") {
  const test::Listener listener;
  std::thread back_end([&listener] {
    const auto connection = listener.accept(test::kPatience);
    string request;
    if (connection) connection->receive(request, test::in(test::kPatience));
    if (connection) connection->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + one_byte_chunks());
  });
  net::AsioLoop loop;
  net::ClientTls tls({}, true);
  const net::ParseLimits limits;
  net::AsioBackendPool pool(loop, tls, limits, {});
  const auto origin = net::make_backend_origin(*http::parse_url(listener.origin()));
  Reading reading;
  loop.post([&] { base::start_detached(read_answer(loop, pool, origin, reading)); });
  loop.run();
  back_end.join();
  CHECK(reading.body == string(kChunks, 'x'));
  CHECK(reading.others_turns > kChunks / 20);
}

}  // namespace router::body_turns_test
