#include <doctest/doctest.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/forwarder.h"
#include "backend/prepared_call.h"
#include "support/decode.h"
#include "support/fake_exchange.h"
#include "support/routes.h"
#include "support/run_task.h"
#include "support/scripted_connection.h"

namespace router::forwarder_compression_test {

using base::Result;
using http::Coding;
using std::string;

namespace {

using Answer = test::Script;

struct Passed {
  std::unique_ptr<test::FakeExchange> exchange;
  Result<void> served;
  std::uint64_t bytes_sent = 0;
};

Passed forward(const Answer& answer, string added_fields = {}, string method = "GET", http::Field also = {"X", "y"}) {
  Passed passed;
  passed.exchange = std::make_unique<test::FakeExchange>(
      method, "/a", std::initializer_list<http::Field>{{"Accept-Encoding", "gzip, br"}, also});
  auto route = test::make_route("^/(.*)$");
  config::Destination destination;
  destination.url = *http::parse_url("http://back-end.example");
  const config::Configuration configuration;
  backend::CompressionSlots slots;
  backend::Forwarder forwarder(destination, configuration, slots);
  test::ScriptedPool pool({answer});
  test::PreparedCall prepared(*passed.exchange, route, configuration, pool);
  prepared.reply.added = std::move(added_fields);
  passed.served = test::run_task(forwarder.serve(prepared.call), &passed.exchange->own_loop());
  passed.bytes_sent = prepared.call.bytes_sent;
  return passed;
}

const string kText(3000, 'a');

}  // namespace

TEST_CASE("forwarder: an answer is compressed, chunked, and its tag that of the coding [N20]") {
  const auto passed = forward(
      {.fields = {{"Content-Type", "application/json"}, {"ETag", "\"1\""}}, .pieces = {{kText}}, .has_length = true});
  REQUIRE(passed.served);
  const auto& exchange = *passed.exchange;
  CHECK(exchange.finished());
  CHECK(exchange.field("Content-Encoding") == "br");
  CHECK(exchange.field("Vary") == "Accept-Encoding");
  CHECK(exchange.field("ETag") == "\"1--xs-br\"");
  CHECK(exchange.field("Transfer-Encoding") == "chunked");
  CHECK_FALSE(exchange.field("Content-Length"));
  CHECK((test::decode(Coding::br, exchange.body())->text == kText));
  CHECK(test::decode(Coding::br, exchange.body())->complete);
  CHECK(passed.bytes_sent == exchange.body().size());
}

TEST_CASE("forwarder: not modified is what the client has, in the coding that it has it in [N20]") {
  const Answer not_modified{.status = 304, .fields = {{"ETag", "\"1\""}}};
  for (const auto* tag : {"\"1--xs-br\"", "\"1--xs-gzip\"", "\"1\""}) {
    const auto passed = forward(not_modified, {}, "GET", {"If-None-Match", tag});
    CHECK(passed.exchange->field("ETag") == tag);
  }
}

TEST_CASE("forwarder: what a back-end sent before it paused reaches the client at once") {
  const auto passed = forward({.pieces = {{"1,"}, {"2,", true}, {"3,"}, {"4"}}});
  REQUIRE(passed.served);
  const auto& writes = passed.exchange->writes();
  REQUIRE(writes.size() == 4);
  string sent;
  const char* const readable[] = {"1,", "1,2,3,", "1,2,3,4", "1,2,3,4"};
  for (std::size_t i = 0; i < writes.size(); ++i) {
    sent.append(writes[i]);
    CHECK(test::decode(Coding::br, sent)->text == readable[i]);
  }
  CHECK(test::decode(Coding::br, sent)->complete);
}

TEST_CASE("forwarder: a body cut short is not completed by its encoder") {
  const auto passed = forward({.pieces = {{kText}}, .breaks = true});
  CHECK_FALSE(passed.served);
  CHECK_FALSE(passed.exchange->finished());
  CHECK_FALSE(test::decode(Coding::br, passed.exchange->body())->complete);
}

TEST_CASE("forwarder: with a CSRF token of the router's or the back-end's in the head, the body goes out as it is") {
  const auto of_router = forward({.pieces = {{kText}}, .has_length = true}, "x-csrf-token: secret\r\n");
  const auto of_back_end = forward({.fields = {{"Content-Type", "application/json"}, {"X-CSRF-Token", "secret"}},
                                    .pieces = {{kText}},
                                    .has_length = true});
  for (const auto* passed : {&of_router, &of_back_end}) {
    REQUIRE(passed->served);
    CHECK_FALSE(passed->exchange->field("Content-Encoding"));
    CHECK(passed->exchange->field("Content-Length") == "3000");
    CHECK((passed->exchange->body() == kText));
  }
}

TEST_CASE("forwarder: server-sent events and what the back-end has encoded pass as they are") {
  const Answer events{.fields = {{"Content-Type", "text/event-stream"}}, .pieces = {{"data: 1\n\n"}}};
  CHECK(forward(events).exchange->body() == "data: 1\n\n");
  const Answer encoded{.fields = {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}},
                       .pieces = {{kText}}};
  CHECK(forward(encoded).exchange->field("Content-Encoding") == "gzip");
  CHECK((forward(encoded).exchange->body() == kText));
}

TEST_CASE("forwarder: an answer without a byte is a whole body all the same") {
  const auto passed = forward({});
  REQUIRE(passed.served);
  CHECK(test::decode(Coding::br, passed.exchange->body())->complete);
}

}  // namespace router::forwarder_compression_test
