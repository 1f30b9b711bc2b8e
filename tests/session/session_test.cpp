#include "session/session.h"

#include <doctest/doctest.h>

#include <set>

namespace router::session_test {

using namespace router::session;

TEST_CASE("session id: random ones have the form of an id, and are all different") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = SessionId::random();
    CHECK(SessionId::parse(id.reveal()) == id);
    seen.emplace(id.reveal());
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("session id: anything that has not the form of an id is none") {
  const std::string good(SessionId::random().reveal());
  CHECK(SessionId::parse(good));
  const std::string rows[] = {"",
                              good.substr(1),
                              good + "A",
                              std::string(100'000, 'A'),
                              "+" + good.substr(1),
                              "\xC3" + good.substr(1),
                              std::string(1, '\0') + good.substr(1),
                              " " + good.substr(1),
                              "\"" + good.substr(1)};
  for (const auto& row : rows) {
    CAPTURE(row.size());
    CHECK_FALSE(SessionId::parse(row));
  }
}

TEST_CASE("session id: its fingerprint is twelve hex digits and not the id") {
  const auto id = SessionId::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  REQUIRE(id);
  CHECK(id->fingerprint().size() == 12);
  CHECK(id->fingerprint().find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(id->fingerprint() != SessionId::random().fingerprint());
}

}  // namespace router::session_test
