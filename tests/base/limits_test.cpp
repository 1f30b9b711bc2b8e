#include "base/limits.h"

#include <doctest/doctest.h>

namespace router::limits_test {
namespace {

using namespace router::base;

double hits_of(std::string_view limit) {
  for (const auto& family : MetricRegistry::of_process().read()) {
    if (family.name != "xsrouter_limit_hits_total") continue;
    for (const auto& series : family.series) {
      if (series.label_values.front() == limit) return series.value;
    }
  }
  return -1;
}

}  // namespace

TEST_CASE("limits: each is there from the start under the name of its variable, and counts its hits [H12]") {
  CHECK(hits_of("LIMIT_UPSTREAM_QUEUE") >= 0);
  const auto before = hits_of("LIMIT_COOKIE_JAR_BYTES");
  for (int i = 0; i < 3; ++i) limits::kCookieJar.hit();
  CHECK(hits_of("LIMIT_COOKIE_JAR_BYTES") == before + 3);
}

}  // namespace router::limits_test
