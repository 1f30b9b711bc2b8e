#include "identity/jwks_cache.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::jwks_cache_test {

using namespace router::identity;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::run_task;
using test::TokenSigner;

namespace {

using Answer = base::Result<crypto::JwsPayload>;
const json kClaims{{"sub", "alice"}};

struct Fixture : test::ProviderWorld {
  std::shared_ptr<JwksCache> cache = std::make_shared<JwksCache>("corporate", parts);
  std::size_t fetches() const { return stub.count("/keys"); }

  base::Task<Answer> start(std::string token, JwksCache::Refetch refetch = JwksCache::Refetch::allowed) {
    return cache->verify(std::move(token), "https://idp.example/keys", crypto::asymmetric_algorithms(), refetch);
  }
  Answer verify(std::string token, JwksCache::Refetch refetch = JwksCache::Refetch::allowed) {
    return run_task(start(std::move(token), refetch));
  }
};

const std::string& old_token() {
  static const std::string token = TokenSigner::shared_rsa().sign(kClaims);
  return token;
}
const std::string& new_token() {
  static const std::string token = TokenSigner::other_rsa().sign(kClaims);
  return token;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "jwks cache: keys are fetched once, bounded, and used again") {
  for (int i = 0; i < 3; ++i) CHECK(verify(old_token()));
  CHECK(fetches() == 1);
  CHECK(stub.requests[0].max_body <= 1024 * 1024);
  CHECK(stub.requests[0].timeout <= seconds(10));
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: junk and forbidden algorithms cost no fetch") {
  CHECK_FALSE(verify("junk"));
  CHECK_FALSE(verify(test::unsigned_token(kClaims)));
  CHECK_FALSE(verify(TokenSigner::hmac("secret").sign(kClaims)));
  CHECK(fetches() == 0);
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: fifty tokens at once share one fetch") {
  test::Crowd<Answer> crowd;
  stub.hold();
  for (int i = 0; i < 50; ++i) crowd.add(start(old_token()));
  CHECK(crowd.answers.empty());
  stub.release();
  CHECK(crowd.answers.size() == 50);
  for (const auto& answer : crowd.answers) CHECK(answer.has_value());
  CHECK(fetches() == 1);
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: a rotated key is fetched at once, and nobody fails meanwhile") {
  REQUIRE(verify(old_token()));
  stub.keys = test::jwks({TokenSigner::shared_rsa(), TokenSigner::other_rsa()});
  test::Crowd<Answer> crowd;
  stub.hold();
  for (int i = 0; i < 500; ++i) crowd.add(start(i % 2 == 0 ? new_token() : old_token()));
  CHECK(crowd.answers.size() == 250);
  stub.release();
  CHECK(crowd.answers.size() == 500);
  for (const auto& answer : crowd.answers) CHECK(answer.has_value());
  CHECK(fetches() == 2);
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: a key replaced under its old name, or without any name, is noticed too") {
  REQUIRE(verify(old_token()));
  const auto replaced = TokenSigner::other_rsa().named("rsa-1");
  stub.keys = test::jwks({replaced});
  CHECK(verify(replaced.sign(kClaims)));
  CHECK_FALSE(verify(old_token()));
  loop.advance(minutes(1));
  const auto nameless = TokenSigner::shared_rsa().named("");
  stub.keys = test::jwks({nameless});
  CHECK(verify(nameless.sign(kClaims)));
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: a flood of unknown kids costs one fetch a minute") {
  REQUIRE(verify(old_token()));
  for (int minute = 0; minute < 3; ++minute) {
    for (int i = 0; i < 1'000; ++i) {
      CHECK_FALSE(verify(
          TokenSigner::hmac("x").sign_text(R"({"alg":"RS256","kid":"k)" + std::to_string(i) + "\"}", "{}", "HS256")));
      clock.advance(base::milliseconds(50));
    }
    clock.advance(seconds(10));
    CHECK(fetches() == static_cast<std::size_t>(2 + minute));
    CHECK(verify(old_token()));
  }
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: a bad signature under a known kid does not use up the refetch of a rotation") {
  REQUIRE(verify(old_token()));
  CHECK_FALSE(verify(test::with_broken_signature(old_token())));
  stub.keys = test::jwks({TokenSigner::other_rsa()});
  CHECK(verify(new_token()));
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: an unknown kid within the minute is refused, after it the keys are fetched") {
  REQUIRE(verify(old_token()));
  CHECK_FALSE(verify(new_token()));
  CHECK(fetches() == 2);
  stub.keys = test::jwks({TokenSigner::other_rsa()});
  loop.advance(seconds(59));
  const auto refused = verify(new_token());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::unauthenticated);
  CHECK(fetches() == 2);
  loop.advance(seconds(1));
  CHECK(verify(new_token()));
  CHECK(fetches() == 3);
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: a token that may not be ours does not use up the minute") {
  REQUIRE(verify(old_token()));
  CHECK_FALSE(verify(new_token(), JwksCache::Refetch::never));
  CHECK(fetches() == 1);
  stub.keys = test::jwks({TokenSigner::other_rsa()});
  CHECK(verify(new_token()));
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: after an hour the keys are used on while new ones are fetched") {
  REQUIRE(verify(old_token()));
  loop.advance(hours(1));
  stub.hold();
  CHECK(verify(old_token()));
  CHECK(verify(old_token()));
  CHECK(fetches() == 2);
  stub.release();
  CHECK(verify(old_token()));
  CHECK(fetches() == 2);
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: with the provider away kept keys serve for 24 hours, then none") {
  REQUIRE(verify(old_token()));
  stub.fail_with = base::ErrorCode::refused;
  for (int hour = 1; hour < 24; ++hour) {
    loop.advance(hours(1));
    CHECK(verify(old_token()));
  }
  loop.advance(hours(1));
  const auto refused = verify(old_token());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::unavailable);
  stub.fail_with.reset();
  loop.advance(minutes(1));
  CHECK(verify(old_token()));
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: without keys a failing fetch is repeated after 1, 2, 4 ... s only") {
  stub.fail_with = base::ErrorCode::timeout;
  for (const int delay : {1, 2, 4, 8, 16, 32, 60, 60}) {
    const auto before = fetches();
    const auto refused = verify(old_token());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::unavailable);
    CHECK_FALSE(verify(old_token()));
    CHECK(fetches() == before + 1);
    loop.advance(seconds(delay));
  }
  stub.fail_with.reset();
  CHECK(verify(old_token()));
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: an unusable answer does not drive out good keys") {
  REQUIRE(verify(old_token()));
  for (const std::string& answer :
       {std::string("<html>"), std::string(R"({"keys":[]})"), std::string(2'000'000, ' ')}) {
    stub.keys = answer;
    loop.advance(hours(1));
    CHECK(verify(old_token()));
  }
  CHECK(fetches() == 4);
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: a jump of the wall clock does not age the keys") {
  REQUIRE(verify(old_token()));
  for (const auto jump : {hours(72), hours(-144)}) {
    clock.set_wall(clock.wall() + jump);
    CHECK(verify(old_token()));
  }
  CHECK(fetches() == 1);
}

TEST_CASE_FIXTURE(Fixture, "jwks cache: a hanging provider gathers a bounded crowd") {
  test::Crowd<Answer> crowd;
  stub.hold();
  for (int i = 0; i < 3'000; ++i) crowd.add(start(old_token()));
  CHECK(crowd.answers.size() >= 1'500);
  for (const auto& answer : crowd.answers) CHECK(answer.error().code == base::ErrorCode::unavailable);
  stub.release();
  CHECK(crowd.answers.size() == 3'000);
  CHECK(crowd.answers.back().has_value());
}

TEST_CASE("jwks cache: one failed answer after a rotation costs a second, not a minute [S31]") {
  struct Row {
    const char* name;
    void (*fail)(test::StubProvider&);
  };
  const Row rows[] = {
      {"503", [](test::StubProvider& stub) { stub.keys_status = 503; }},
      {"HTML", [](test::StubProvider& stub) { stub.keys = "<html>maintenance</html>"; }},
      {"cut", [](test::StubProvider& stub) { stub.fail_with = base::ErrorCode::closed; }},
      {"too big", [](test::StubProvider& stub) { stub.fail_with = base::ErrorCode::body_too_large; }},
      {"slow", [](test::StubProvider& stub) { stub.fail_with = base::ErrorCode::timeout; }},
      {"no keys", [](test::StubProvider& stub) { stub.keys = R"({"keys":[]})"; }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Fixture fixture;
    auto& stub = fixture.stub;
    REQUIRE(fixture.verify(old_token()));
    row.fail(stub);
    for (int i = 0; i < 3; ++i) {
      const auto refused = fixture.verify(new_token());
      REQUIRE_FALSE(refused);
      // nobody can say that the token is bad
      CHECK(refused.error().code == base::ErrorCode::unavailable);
      CHECK(fixture.verify(old_token()));
    }
    CHECK(fixture.fetches() == 2);
    stub.fail_with.reset();
    stub.keys_status = 200;
    stub.keys = test::jwks({TokenSigner::other_rsa()});
    fixture.loop.advance(seconds(1));
    CHECK(fixture.verify(new_token()));
    CHECK(fixture.fetches() == 3);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "jwks cache: while fetches fail, a flood of unknown kids makes them at 1, 2, 4 ... s only [S31]") {
  REQUIRE(verify(old_token()));
  stub.keys_status = 503;
  for (const int delay : {1, 2, 4, 8}) {
    const auto before = fetches();
    for (int i = 0; i < 100; ++i) CHECK_FALSE(verify(new_token()));
    CHECK(fetches() == before + 1);
    loop.advance(seconds(delay));
  }
}

TEST_CASE_FIXTURE(
    Fixture,
    "jwks cache: an answer that takes longer than anybody waits makes no token bad, and begins the minute [S31]") {
  REQUIRE(verify(old_token()));
  stub.hold();
  test::Crowd<Answer> crowd;
  crowd.add(start(new_token()));
  loop.advance(JwksCache::kPatience + seconds(1));
  REQUIRE(crowd.answers.size() == 1);
  CHECK(crowd.answers[0].error().code == base::ErrorCode::unavailable);
  CHECK(fetches() == 2);
  stub.release();
  for (int i = 0; i < 100; ++i) CHECK(verify(new_token()).error().code == base::ErrorCode::unauthenticated);
  CHECK(fetches() == 2);
  loop.advance(minutes(1));
  stub.keys = test::jwks({TokenSigner::other_rsa()});
  CHECK(verify(new_token()));
}

}  // namespace router::jwks_cache_test
