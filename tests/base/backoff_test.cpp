#include "base/backoff.h"

#include <doctest/doctest.h>

namespace router::backoff_test {

using namespace router::base;

TEST_CASE("backoff: the wait doubles up to the longest, however often it failed [H7]") {
  const struct {
    unsigned failures;
    milliseconds plain;
    milliseconds own;  // from 0.5 s to 3 s
  } rows[] = {
      {0, seconds(1), milliseconds(500)}, {1, seconds(1), milliseconds(500)}, {2, seconds(2), seconds(1)},
      {3, seconds(4), seconds(2)},        {4, seconds(8), seconds(3)},        {6, seconds(32), seconds(3)},
      {7, seconds(60), seconds(3)},       {40, seconds(60), seconds(3)},      {4'000'000'000U, seconds(60), seconds(3)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.failures);
    CHECK(backoff_delay(row.failures) == row.plain);
    CHECK(backoff_delay(row.failures, milliseconds(500), seconds(3)) == row.own);
  }
}

TEST_CASE("backoff: is open again after the wait, and forgets its failures with a success [H7]") {
  const SteadyTime begin{seconds(100)};
  Backoff backoff;
  CHECK(backoff.is_open(begin));
  CHECK(backoff.fail(begin) == seconds(1));
  CHECK_FALSE(backoff.is_open(begin + milliseconds(999)));
  CHECK(backoff.is_open(begin + seconds(1)));
  CHECK(backoff.fail(begin) == seconds(2));
  backoff.succeed();
  CHECK(backoff.is_open(begin));
  CHECK(backoff.fail(begin) == seconds(1));
}

}  // namespace router::backoff_test
