#include "identity/discovery.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::discovery_test {

using namespace router::identity;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::run_task;

namespace {

constexpr const char* kPath = "/.well-known/openid-configuration";
using Answer = base::Result<std::shared_ptr<const Metadata>>;

struct Fixture : test::ProviderWorld {
  std::shared_ptr<Discovery> discovery = std::make_shared<Discovery>(test::oidc_binding(), parts);
  std::size_t fetches() const { return stub.count(kPath); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "discovery: one fetch, bounded in time and size, then the kept document") {
  CHECK(discovery->known() == nullptr);
  const auto first = run_task(discovery->get());
  REQUIRE(first);
  CHECK((*first)->token_endpoint == "https://idp.example/token");
  CHECK(run_task(discovery->get()));
  CHECK(fetches() == 1);
  CHECK(stub.requests[0].timeout <= seconds(10));
  CHECK(stub.requests[0].max_body <= 256 * 1024);
  CHECK(stub.requests[0].tls.verify);
  CHECK(stub.requests[0].side == base::Side::identity_provider);
  CHECK(discovery->known() == *first);
}

TEST_CASE_FIXTURE(Fixture, "discovery: fifty who ask at once share one fetch") {
  test::Crowd<Answer> crowd;
  stub.hold();
  for (int i = 0; i < 50; ++i) crowd.add(discovery->get());
  CHECK(crowd.answers.empty());
  CHECK(fetches() == 1);
  stub.release();
  CHECK(crowd.answers.size() == 50);
  for (const auto& answer : crowd.answers) CHECK(answer.has_value());
  CHECK(fetches() == 1);
}

TEST_CASE_FIXTURE(Fixture, "discovery: fifty who ask a provider that is away share one failure") {
  test::Crowd<Answer> crowd;
  stub.hold();
  stub.fail_with = base::ErrorCode::timeout;
  for (int i = 0; i < 50; ++i) crowd.add(discovery->get());
  stub.release();
  CHECK(crowd.answers.size() == 50);
  for (const auto& answer : crowd.answers) CHECK_FALSE(answer.has_value());
  CHECK(fetches() == 1);
}

TEST_CASE_FIXTURE(
    Fixture, "discovery: failures are retried on their own after 1, 2, 4 ... 60 s, and asked for at once in between") {
  stub.fail_with = base::ErrorCode::refused;
  const auto failed = run_task(discovery->get());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::ErrorCode::unavailable);
  CHECK(failed.error().retryable);
  CHECK(failed.error().detail.find("corporate") != std::string::npos);
  std::size_t expected = 1;
  for (const int delay : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    loop.advance(seconds(delay) - base::milliseconds(1));
    CHECK_FALSE(run_task(discovery->get()));
    CHECK(fetches() == expected);
    loop.advance(base::milliseconds(1));
    CHECK(fetches() == ++expected);
  }
  stub.fail_with.reset();
  loop.advance(seconds(60));
  CHECK(discovery->known() != nullptr);
  CHECK(loop.pending_timers() == 0);
}

TEST_CASE_FIXTURE(Fixture, "discovery: after an hour the old document is answered while a new one is fetched") {
  REQUIRE(run_task(discovery->get()));
  loop.advance(minutes(59));
  REQUIRE(run_task(discovery->get()));
  CHECK(fetches() == 1);
  loop.advance(minutes(1));
  stub.document["token_endpoint"] = "https://idp.example/token2";
  stub.hold();
  CHECK((*run_task(discovery->get()))->token_endpoint == "https://idp.example/token");
  CHECK((*run_task(discovery->get()))->token_endpoint == "https://idp.example/token");
  CHECK(fetches() == 2);
  stub.release();
  CHECK((*run_task(discovery->get()))->token_endpoint == "https://idp.example/token2");
}

TEST_CASE_FIXTURE(Fixture,
                  "discovery: a refresh that fails or names another issuer leaves the good document in place") {
  REQUIRE(run_task(discovery->get()));
  loop.advance(hours(1));
  stub.document["issuer"] = "https://evil.example";
  CHECK(run_task(discovery->get()));
  CHECK(fetches() == 2);
  CHECK(run_task(discovery->get()));
  CHECK(discovery->known()->issuer == test::kIssuer);
}

TEST_CASE_FIXTURE(Fixture, "discovery: a wrong issuer is a failure that names both values") {
  stub.document["issuer"] = "https://evil.example";
  const auto wrong = run_task(discovery->get());
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().detail.find("https://evil.example") != std::string::npos);
  CHECK(wrong.error().detail.find(test::kIssuer) != std::string::npos);
  CHECK(discovery->known() == nullptr);
}

TEST_CASE_FIXTURE(Fixture, "discovery: a redirect and an error status are failures, whatever the body says") {
  for (const int status : {302, 307, 401, 404, 500}) {
    CAPTURE(status);
    stub.document_status = status;
    CHECK_FALSE(run_task(discovery->get()));
    CHECK(discovery->known() == nullptr);
    loop.advance(seconds(60));
  }
  for (const auto& request : stub.requests) CHECK(request.url.path == kPath);
}

TEST_CASE_FIXTURE(Fixture, "discovery: a jump of the wall clock neither refreshes nor delays anything") {
  REQUIRE(run_task(discovery->get()));
  for (const auto jump : {hours(72), hours(-144)}) {
    clock.set_wall(clock.wall() + jump);
    REQUIRE(run_task(discovery->get()));
    CHECK(fetches() == 1);
  }
}

TEST_CASE_FIXTURE(Fixture, "discovery: a retry that is due after the provider is gone does nothing") {
  stub.fail_with = base::ErrorCode::refused;
  CHECK_FALSE(run_task(discovery->get()));
  discovery.reset();
  loop.advance(minutes(5));
  CHECK(fetches() == 1);
}

}  // namespace router::discovery_test
