// A backend::Call as the earlier stages leave it: the route has matched, nobody is signed in.
//
// What is passed in outlives it. One call, on the test's thread.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "backend/backend.h"
#include "session/memory_store.h"
#include "support/fake_exchange.h"

namespace router::test {

// Stands for what the pipeline adds to every head.
struct MarkedReply final : backend::ReplyHead {
  void complete(http::Fields& fields, base::milliseconds) override {
    ++heads;
    for (const auto& field : fields_of(added)) fields.add(field.name, field.value);
  }
  std::string added = "X-Completed: yes\r\n";
  int heads = 0;
};

struct PreparedCall {
  PreparedCall(FakeExchange& exchange, const config::Route& route, const config::Configuration& configuration,
               net::BackendPool& pool)
      : match(match_of(route, exchange.request().target)),
        facts(exchange.request()),
        cookies(configuration),
        call{.exchange = exchange,
             .facts = facts,
             .match = match,
             .pool = pool,
             .sessions = store,
             .live = live,
             .own_cookies = cookies,
             .clock = clock,
             .reply = reply} {}

  static routing::RouteMatch match_of(const config::Route& route, const http::Target& target) {
    std::string storage;
    auto found = route.pattern->match(routing::match_subject(route, target, storage));
    REQUIRE((found.has_value() && found->has_value()));
    return {&route, **found, {}};
  }

  const routing::RouteMatch match;
  backend::RequestFacts facts;
  const session::CookieNames cookies;
  FakeClock clock;
  session::MemoryStore store{clock};
  session::LiveConnections live;
  MarkedReply reply;
  backend::Call call;
};

}  // namespace router::test
