// The body of an answer from a back-end's connection to the client: Exchange::relay, which every exchange has.
#include <doctest/doctest.h>

#include "support/fake_exchange.h"
#include "support/run_task.h"
#include "support/scripted_connection.h"

namespace router::relay_test {

using base::ErrorCode;
using base::Result;
using http::Flush;
using std::string;
using test::Script;

namespace {

// Doubles every piece, lets trailers pass, and notes what it is asked.
struct Doubling final : net::RelayRules {
  Result<std::string_view> on_the_way(std::string_view piece, Flush flush) override {
    flushes.push_back(flush);
    if (piece == broken_at) return base::Error{ErrorCode::internal, base::Side::router, "no more"};
    doubled = string(piece) + string(piece);
    return std::string_view(doubled);
  }
  void taken() override { ++pieces_taken; }
  http::Fields passed_trailers(const http::Headers& sent) override {
    http::Fields fields;
    if (const auto sum = sent.get("X-Sum")) fields.add("X-Sum", *sum);
    return fields;
  }

  string broken_at = "none";
  string doubled;
  std::vector<Flush> flushes;
  int pieces_taken = 0;
};

struct RelayWorld {
  explicit RelayWorld(Script of) : script(std::move(of)) {}

  Result<void> run() {
    net::ResponseStart start;
    start.body = http::BodyKind::chunked;
    exchange.start_response(std::move(start));
    test::ScriptedConnection connection(script);
    return test::run_task(exchange.relay(connection, rules), &exchange.own_loop());
  }

  Script script;
  Doubling rules;
  test::FakeExchange exchange{"GET", "/"};
};

}  // namespace

TEST_CASE("relay: each piece goes out as the rules say, with what the client has to be able to read then [H9]") {
  RelayWorld world({.pieces = {{"a"}, {"b", true}, {"c"}}, .trailers = {{"X-Sum", "3"}, {"X-Own", "1"}}});
  REQUIRE(world.run());
  CHECK(world.exchange.writes() == std::vector<string>{"aa", "bb", "cc"});
  CHECK(world.rules.flushes == std::vector<Flush>{Flush::sync, Flush::none, Flush::sync, Flush::finish});
  CHECK(world.rules.pieces_taken == 4);
  CHECK(world.exchange.finished());
  CHECK(world.exchange.trailer_fields() == "X-Sum: 3\r\n");
}

TEST_CASE("relay: what breaks on the way is told as it is, and the answer is not completed [H9]") {
  struct Row {
    const char* name;
    bool back_end, rules, client;
    ErrorCode code;
    base::Side side;
    const char* body;
  };
  const Row rows[] = {
      {"the back-end", true, false, false, ErrorCode::closed, base::Side::back_end, "aabb"},
      {"the rules", false, true, false, ErrorCode::internal, base::Side::router, "aa"},
      {"the client", false, false, true, ErrorCode::closed, base::Side::client, "aa"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    RelayWorld world({.pieces = {{"a"}, {"b"}}, .breaks = row.back_end});
    if (row.rules) world.rules.broken_at = "b";
    if (row.client) world.exchange.fail_writes_after(2);
    const auto relayed = world.run();
    REQUIRE_FALSE(relayed);
    CHECK(relayed.error().code == row.code);
    CHECK(relayed.error().side == row.side);
    CHECK(world.exchange.body() == row.body);
    CHECK_FALSE(world.exchange.finished());
  }
}

}  // namespace router::relay_test
