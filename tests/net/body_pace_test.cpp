#include "net/body_pace.h"

#include <doctest/doctest.h>

namespace router::net::test::body_pace_test {
namespace {

using std::chrono::milliseconds;

TEST_CASE("body pace: at the rate asked for patience lasts for ever, below it ends") {
  BodyPace steady(100);
  BodyPace slow(100);
  for (int second = 0; second < 3'600; ++second) {
    steady.waited(milliseconds(1'000), 100);
    slow.waited(milliseconds(1'000), 90);
  }
  CHECK_FALSE(steady.is_exhausted());
  CHECK(slow.is_exhausted());
}

TEST_CASE("body pace: who sends nothing is given up after ten seconds, whatever was sent before") {
  BodyPace pace(100);
  pace.waited(milliseconds(1), 100'000'000);
  CHECK(pace.patience() == milliseconds(10'000));
  pace.waited(milliseconds(10'000), 0);
  CHECK(pace.is_exhausted());
}

TEST_CASE("body pace: without a rate nothing is asked") {
  BodyPace pace;
  pace.waited(milliseconds(1'000'000), 0);
  CHECK_FALSE(pace.is_exhausted());
}

}  // namespace
}  // namespace router::net::test::body_pace_test
