#include "session/csrf.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace router::csrf_test {

using session::CsrfOutcome;

TEST_CASE("csrf: who asks is given the token, who changes something has to bring it") {
  const base::Secret token("right");
  const struct {
    const char* method;
    std::vector<std::string> header;
    CsrfOutcome expected;
  } rows[] = {
      {"GET", {}, CsrfOutcome::pass},
      {"GET", {"fetch"}, CsrfOutcome::give_token},
      {"GET", {"Fetch"}, CsrfOutcome::give_token},
      {"HEAD", {"FETCH"}, CsrfOutcome::give_token},
      {"GET", {"anything"}, CsrfOutcome::pass},
      {"POST", {}, CsrfOutcome::refuse},
      {"POST", {"fetch"}, CsrfOutcome::refuse},
      {"POST", {"wrong"}, CsrfOutcome::refuse},
      {"POST", {""}, CsrfOutcome::refuse},
      {"POST", {"right"}, CsrfOutcome::pass},
      {"POST", {"right "}, CsrfOutcome::refuse},
      {"POST", {"right", "right"}, CsrfOutcome::refuse},
      {"PUT", {"right"}, CsrfOutcome::pass},
      {"PATCH", {}, CsrfOutcome::refuse},
      {"DELETE", {}, CsrfOutcome::refuse},
      {"OPTIONS", {}, CsrfOutcome::refuse},
      {"get", {"fetch"}, CsrfOutcome::refuse},
      {"MERGE", {"right"}, CsrfOutcome::pass},
  };
  for (const auto& row : rows) {
    http::Headers headers;
    for (const auto& value : row.header) headers.add("X-CSRF-Token", value);
    CAPTURE(row.method);
    CAPTURE(row.header.size());
    CHECK(session::check_csrf(row.method, headers, token) == row.expected);
  }
}

TEST_CASE("csrf: a session without a token lets nothing through") {
  http::Headers headers;
  headers.add("x-csrf-token", "");
  CHECK(session::check_csrf("POST", headers, base::Secret()) == CsrfOutcome::refuse);
}

TEST_CASE("csrf: tokens are random and long") {
  CHECK(session::make_csrf_token().size() == 43);
  CHECK_FALSE(session::make_csrf_token() == session::make_csrf_token());
}

}  // namespace router::csrf_test
