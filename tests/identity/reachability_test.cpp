#include "identity/reachability.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::reachability_test {

using namespace router::identity;
using std::chrono::seconds;
using test::run_task;

namespace {

struct Fixture : test::ProviderWorld {
  std::shared_ptr<Reachability> reachability = std::make_shared<Reachability>(parts);
  base::Task<bool> start() { return reachability->check("https://idp.example/logout?x=1"); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "reachability: the probe asks the origin, never the logout endpoint, for at most 300 ms") {
  CHECK(run_task(start()));
  REQUIRE(stub.requests.size() == 1);
  CHECK(stub.requests[0].url.to_string() == "https://idp.example/");
  CHECK(stub.requests[0].timeout <= base::milliseconds(300));
}

TEST_CASE_FIXTURE(Fixture, "reachability: an error status and a strange answer are answers, silence is none") {
  struct Row {
    base::ErrorCode code;
    bool reachable;
  };
  for (const Row& row : {Row{base::ErrorCode::refused, false}, Row{base::ErrorCode::timeout, false},
                         Row{base::ErrorCode::closed, false}, Row{base::ErrorCode::protocol, true}}) {
    stub.fail_with = row.code;
    CHECK(run_task(start()) == row.reachable);
    clock.advance(seconds(10));
  }
}

TEST_CASE_FIXTURE(Fixture, "reachability: the result is kept for 10 s, good or bad") {
  CHECK(run_task(start()));
  stub.fail_with = base::ErrorCode::refused;
  clock.advance(base::milliseconds(9'999));
  CHECK(run_task(start()));
  clock.advance(base::milliseconds(1));
  CHECK_FALSE(run_task(start()));
  stub.fail_with.reset();
  clock.advance(base::milliseconds(9'999));
  CHECK_FALSE(run_task(start()));
  CHECK(stub.requests.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "reachability: many logouts share one probe") {
  test::Crowd<bool> crowd;
  stub.hold();
  for (int i = 0; i < 50; ++i) crowd.add(start());
  stub.release();
  CHECK(crowd.answers.size() == 50);
  CHECK(stub.requests.size() == 1);
}

}  // namespace router::reachability_test
