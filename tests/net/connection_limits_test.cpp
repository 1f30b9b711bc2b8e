#include "net/connection_limits.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace router::connection_limits_test {

using net::ConnectionLimits;

TEST_CASE(
    "connection limits: one count for the whole process, and a place is free again when its connection ends "
    "[N22]") {
  ConnectionLimits limits(3, 2);
  auto first = limits.admit("203.0.113.7");
  const auto second = limits.admit("203.0.113.7");
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(limits.admit("203.0.113.7"));
  const auto third = limits.admit("203.0.113.8");
  CHECK(third);
  CHECK_FALSE(limits.admit("203.0.113.9"));
  first.reset();
  CHECK(limits.count() == 2);
  CHECK(limits.admit("203.0.113.7"));
}

TEST_CASE("connection limits: a network of IPv6 is one address, all of IPv4 inside IPv6 is not [N22] [S3]") {
  ConnectionLimits limits(0, 1);
  const auto first = limits.admit("2001:db8::1");
  CHECK_FALSE(limits.admit("2001:db8::2"));
  const auto mapped = limits.admit("::ffff:203.0.113.7");
  CHECK(mapped);
  CHECK_FALSE(limits.admit("203.0.113.7"));
  CHECK(limits.admit("::ffff:203.0.113.8"));
}

TEST_CASE("connection limits: 0 is no limit [N22]") {
  ConnectionLimits limits(0, 0);
  std::vector<std::shared_ptr<ConnectionLimits::Place>> places;
  for (int i = 0; i < 1000; ++i) places.push_back(limits.admit("203.0.113.7"));
  CHECK(limits.count() == 1000);
  for (const auto& place : places) CHECK(place);
}

TEST_CASE("connection limits: loops that admit at once never go over it [N22]") {
  ConnectionLimits limits(50, 40);
  std::vector<std::vector<std::shared_ptr<ConnectionLimits::Place>>> places(4);
  std::vector<std::thread> loops;
  for (auto& own : places) {
    loops.emplace_back([&limits, &own] {
      for (int i = 0; i < 1000; ++i) {
        if (auto place = limits.admit("203.0.113.7")) own.push_back(std::move(place));
      }
    });
  }
  for (auto& loop : loops) loop.join();
  std::size_t admitted = 0;
  for (const auto& own : places) admitted += own.size();
  CHECK(admitted == 40);
  CHECK(limits.count() == 40);
}

}  // namespace router::connection_limits_test
