#include "net/bounded_body.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/fake_exchange.h"

using namespace router;

namespace {

base::Task<void> read_into(net::Exchange& exchange, std::string& body, bool& done) {
  auto read = co_await net::read_bounded_body(exchange, 64 * 1024);
  if (read) body = *read;
  done = true;
}

}  // namespace

TEST_CASE("bounded body: a thousand one-byte chunks that came at once are taken with turns for others between them [N2]") {
  test::FakeExchange exchange("POST", "/form");
  exchange.set_body(std::vector<std::string>(1000, "x"));
  std::string body;
  bool done = false;
  base::start_detached(read_into(exchange, body, done));
  bool others_had_a_turn = false;
  exchange.own_loop().post([&] { others_had_a_turn = !done; });
  exchange.own_loop().run_ready();
  CHECK(others_had_a_turn);
  CHECK(done);
  CHECK(body == std::string(1000, 'x'));
}
