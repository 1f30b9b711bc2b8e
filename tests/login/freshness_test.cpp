// When a token is fresh, due or expired; numbers are those of docs/contract/oidc.md.
#include <doctest/doctest.h>

#include "login/refresh.h"

namespace router::freshness_test {

using base::minutes;
using login::Freshness;

TEST_CASE("refresh: due when less than the configured time or half the lifetime is left") {
  const base::WallTime now{std::chrono::seconds(1'800'000'000)};
  const auto judge = [&](long lifetime, long left, base::milliseconds before, bool has_refresh_token = true) {
    identity::TokenSet tokens;
    if (has_refresh_token) tokens.refresh_token = base::Secret("rt");
    tokens.access_expires = now + base::seconds(left);
    tokens.obtained = *tokens.access_expires - base::seconds(lifetime);
    return login::judge_freshness(tokens, {.refresh_before = before}, now);
  };
  CHECK(judge(3600, 301, minutes(5)) == Freshness::fresh);
  CHECK(judge(3600, 299, minutes(5)) == Freshness::due);
  CHECK(judge(3600, 0, minutes(5)) == Freshness::expired);
  CHECK(judge(3600, -5, minutes(5)) == Freshness::expired);
  CHECK(judge(120, 61, minutes(5)) == Freshness::fresh);
  CHECK(judge(120, 59, minutes(5)) == Freshness::due);
  CHECK(judge(3600, -5, minutes(0)) == Freshness::fresh);
  CHECK(judge(3600, -5, minutes(5), false) == Freshness::fresh);
  CHECK(login::judge_freshness({}, {}, now) == Freshness::fresh);
}

TEST_CASE("refresh: an access token has expired from its last moment on, one of unknown life never [S21]") {
  const base::WallTime now{std::chrono::seconds(1'800'000'000)};
  identity::TokenSet tokens;
  CHECK_FALSE(login::has_expired(tokens, now));
  tokens.access_expires = now;
  CHECK(login::has_expired(tokens, now));
  CHECK_FALSE(login::has_expired(tokens, now - base::milliseconds(1)));
}

}  // namespace router::freshness_test
