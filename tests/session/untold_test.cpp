#include "session/untold.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"
#include "support/sessions.h"

namespace router::untold_test {

namespace {

session::Snapshot some_session() { return std::make_shared<const session::Session>(test::make_session()); }

std::vector<session::Snapshot> taken(session::Untold& untold, const test::FakeClock& clock) {
  std::vector<session::Snapshot> out;
  untold.take(100, clock.steady(), out);
  return out;
}

}  // namespace

TEST_CASE("untold: however many are told meanwhile, one that waits is handed out [issue 12]") {
  test::FakeClock clock;
  session::Untold untold;
  const auto waits = some_session();
  const auto passes = some_session();
  untold.add(waits, clock.steady());
  for (int i = 0; i < 600'000; ++i) {
    untold.add(passes, clock.steady());
    untold.told({passes->id});
  }
  clock.advance(session::Untold::kHandedOutAfter);
  CHECK(taken(untold, clock) == std::vector{waits});
  CHECK(taken(untold, clock).empty());
  untold.told({waits->id});
  clock.advance(session::Untold::kHandedOutAfter);
  CHECK(taken(untold, clock).empty());
}

TEST_CASE("untold: what is added anew waits from then on, and is handed out once [issue 12]") {
  test::FakeClock clock;
  session::Untold untold;
  const auto first = some_session();
  auto state = *first;
  state.user_name = "as it is later";
  const auto later = std::make_shared<const session::Session>(std::move(state));
  untold.add(first, clock.steady());
  clock.advance(base::seconds(30));
  untold.add(later, clock.steady());
  clock.advance(base::seconds(30));
  CHECK(taken(untold, clock).empty());
  clock.advance(base::seconds(30));
  CHECK(taken(untold, clock) == std::vector<session::Snapshot>{later});
}

}  // namespace router::untold_test
