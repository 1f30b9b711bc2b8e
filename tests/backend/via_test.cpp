#include "backend/via.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace router::via_test {

namespace {

bool comes_round_with(const std::string& value) {
  http::Headers headers;
  headers.add("X-Via", value);
  CHECK_FALSE(backend::went_through_here(headers));
  headers.add("via", "1.1 first");
  headers.add("VIA", value);
  return backend::went_through_here(headers);
}

}  // namespace

TEST_CASE("via: this process finds its own name in any place of any line, and no other [N14]") {
  http::Request request;
  std::string line;
  backend::write_via(request, line);
  REQUIRE(line.starts_with("Via: 1.1 xs-router-"));
  const std::string own = line.substr(9, line.size() - 11);
  for (const std::string& value :
       {"1.1 " + own, "1.0 " + own, "HTTP/1.1 " + own, "1.1 a, 1.1 " + own, "1.1 " + own + ", 1.1 a",
        "1.1 " + own + " (comment)", "1.1\t" + own, "1.1 \t " + own + "\t(comment)", "1.1 " + base::to_lower(own),
        ",, 1.1   " + own + "  ,", "1.1 a,1.1 " + own + ",1.1 b"}) {
    CAPTURE(value);
    CHECK(comes_round_with(value));
  }
  for (const std::string& value :
       {std::string(), std::string(","), std::string("1.1 xs-router"), own, "1.1 " + own + "x", "1.1 x" + own,
        "1.1 a (" + own + ")", "1.1 " + own.substr(0, own.size() - 1)}) {
    CAPTURE(value);
    CHECK_FALSE(comes_round_with(value));
  }
}

}  // namespace router::via_test
