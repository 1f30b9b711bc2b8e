#include "backend/body_pump.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/fake_exchange.h"

using namespace router;
using base::Result;
using base::Task;
using std::string;

namespace {

// A back-end that takes everything at once.
class FastConnection final : public net::BackendConnection {
 public:
  void set_timeout(base::milliseconds) override {}
  void set_ends_by(base::SteadyTime) override {}
  Task<Result<void>> send(std::string_view first, std::string_view second, std::string_view third) override {
    sent.append(first).append(second).append(third);
    ++sends;
    co_return Result<void>();
  }
  Task<Result<void>> read_head(bool) override { co_return Result<void>(); }
  const net::ResponseHead& head() const override { return head_; }
  Task<Result<net::BodyPiece>> read_body() override { co_return net::BodyPiece{{}, true}; }
  bool body_finished() const override { return true; }
  bool has_buffered_body() const override { return false; }
  const http::Headers& trailers() const override { return trailers_; }
  bool is_reused() const override { return false; }
  bool has_answered() const override { return false; }
  void close() override {}

  string sent;
  int sends = 0;

 private:
  net::ResponseHead head_;
  http::Headers trailers_;
};

}  // namespace

TEST_CASE("body pump: a thousand one-byte chunks that came at once go on with turns for others between them [N2]") {
  const config::Configuration configuration;
  const session::CookieNames cookies(configuration);
  test::FakeExchange exchange("POST", "/upload");
  exchange.set_body(std::vector<string>(1000, "x"));
  FastConnection connection;
  backend::BodyPump pump(exchange, connection, cookies);
  pump.start("POST /upload HTTP/1.1\r\n\r\n");
  CHECK(connection.sends == 1);
  bool others_had_a_turn = false;
  exchange.own_loop().post([&] { others_had_a_turn = connection.sends < 1000; });
  exchange.own_loop().run_ready();
  CHECK(others_had_a_turn);
  CHECK(connection.sends == 1000);
  CHECK(pump.finished());
  CHECK(connection.sent.ends_with("1\r\nx\r\n0\r\n\r\n"));
}
