#include "net/ticket_keys.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "support/fake_loop.h"

namespace router::net::test::ticket_keys_test {
namespace {

using router::test::FakeClock;

std::string ticket_name(const TicketKeys::Key& key) { return {key.name.begin(), key.name.end()}; }

}  // namespace

TEST_CASE("ticket keys: one an hour, and a ticket of the one before is taken and renewed, of older ones not [N23]") {
  FakeClock clock;
  TicketKeys keys(clock);
  const auto first = keys.current();
  REQUIRE(first);
  clock.advance(TicketKeys::kRotateEvery - base::milliseconds(1));
  CHECK(keys.current()->name == first->name);
  CHECK(keys.find(ticket_name(*first))->is_current);
  clock.advance(base::milliseconds(1));
  const auto second = keys.current();
  CHECK(second->name != first->name);
  CHECK(second->cipher != first->cipher);
  CHECK(second->mac != first->mac);
  const auto old = keys.find(ticket_name(*first));
  REQUIRE(old);
  CHECK_FALSE(old->is_current);
  CHECK(old->key.cipher == first->cipher);
  clock.advance(TicketKeys::kRotateEvery);
  CHECK_FALSE(keys.find(ticket_name(*first)));
  CHECK(keys.find(ticket_name(*second)));
}

TEST_CASE("ticket keys: a key that nobody used for long is not kept, and nobody's name finds none [N23]") {
  FakeClock clock;
  TicketKeys keys(clock);
  const auto first = keys.current();
  clock.advance(3 * TicketKeys::kRotateEvery);
  CHECK_FALSE(keys.find(ticket_name(*first)));
  CHECK_FALSE(keys.find(std::string(16, '\0')));
  CHECK_FALSE(keys.find(""));
  CHECK(keys.current()->name != first->name);
}

}  // namespace router::net::test::ticket_keys_test
