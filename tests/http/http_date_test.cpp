#include "http/http_date.h"

#include <doctest/doctest.h>

namespace router::http_date_test {

using namespace router::http;
using std::chrono::seconds;
using std::chrono::system_clock;

TEST_CASE("date: all forms that are sent mean the same second") {
  const system_clock::time_point expected{seconds(784111777)};
  for (const auto text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06-Nov-1994 08:49:37 GMT", "6 nov 1994 8:49:37", "sun, 06 november 1994 08:49:37 gmt"}) {
    CAPTURE(text);
    CHECK(parse_http_date(text) == expected);
  }
  CHECK(format_http_date(expected) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("date: what is none") {
  for (const auto text :
       {"", "0", "yesterday", "Sun, 06 Nov 1994", "08:49:37", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 30 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1500 08:49:37 GMT", ":::", "99999999999999 99"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("date: two-digit years lie between 1970 and 2069, far years are cut") {
  CHECK(format_http_date(*parse_http_date("Thu, 01-Jan-70 00:00:00 GMT")) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(format_http_date(*parse_http_date("Tue, 01-Jan-69 00:00:00 GMT")) == "Tue, 01 Jan 2069 00:00:00 GMT");
  CHECK(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT").value() > *parse_http_date("01 Jan 2262 00:00:00"));
  CHECK(parse_http_date("Mon, 01 Jan 1601 00:00:00 GMT").value() < *parse_http_date("01 Jan 1678 00:00:00"));
}

}  // namespace router::http_date_test
