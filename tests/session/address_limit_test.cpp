#include "session/address_limit.h"

#include <doctest/doctest.h>

namespace router::address_limit_test {

using session::AddressLimit;

namespace {

const base::SteadyTime kNoon{base::seconds(1000)};

}  // namespace

TEST_CASE("address limit: so many at once, then one each second, and it says when to come again [S14]") {
  AddressLimit limit(60);
  for (int i = 0; i < 60; ++i) CHECK_FALSE(limit.take("203.0.113.7", kNoon));
  CHECK(limit.take("203.0.113.7", kNoon) == base::seconds(1));
  CHECK_FALSE(limit.take("203.0.113.8", kNoon));
  CHECK_FALSE(limit.take("203.0.113.7", kNoon + base::seconds(1)));
  CHECK(limit.take("203.0.113.7", kNoon + base::seconds(1)));
  CHECK(limit.look("203.0.113.7", kNoon + base::seconds(1)) == base::seconds(1));
  CHECK_FALSE(limit.look("203.0.113.7", kNoon + base::seconds(2)));
  CHECK_FALSE(limit.look("203.0.113.7", kNoon + base::seconds(2)));
  CHECK_FALSE(limit.take("203.0.113.7", kNoon + base::seconds(2)));
  AddressLimit slow(2);
  CHECK_FALSE(slow.take("203.0.113.7", kNoon));
  CHECK_FALSE(slow.take("203.0.113.7", kNoon));
  CHECK(slow.take("203.0.113.7", kNoon) == base::seconds(30));
}

TEST_CASE("address limit: a network of IPv6 is one address, all of IPv4 is not; 0 is no limit [S14]") {
  AddressLimit limit(1);
  CHECK_FALSE(limit.take("2001:db8::1", kNoon));
  CHECK(limit.take("2001:db8::2", kNoon));
  CHECK_FALSE(limit.take("::ffff:203.0.113.7", kNoon));
  CHECK(limit.take("203.0.113.7", kNoon));
  CHECK_FALSE(limit.take("::ffff:203.0.113.8", kNoon));
  AddressLimit none(0);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(none.take("203.0.113.7", kNoon));
}

}  // namespace router::address_limit_test
