#include "session/redis_journal.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::redis_journal_test {

using session::RedisJournal;
using session::SessionId;

TEST_CASE("Redis journal: what Redis does not know is counted until it has been said, one by one [issue 12]") {
  test::FakeClock clock;
  RedisJournal journal;
  const SessionId ids[] = {SessionId::random(), SessionId::random(), SessionId::random()};
  journal.note(ids[0], true, clock.steady());
  CHECK(journal.unsaid() == 0);
  CHECK(journal.to_say(false, clock.steady()).empty());
  journal.note(ids[1], false, clock.steady());
  journal.note(ids[2], false, clock.steady());
  CHECK(journal.unsaid() == 2);
  const auto to_say = journal.to_say(false, clock.steady());
  REQUIRE(to_say.size() == 2);
  CHECK(to_say[0].id == ids[1]);
  journal.said(to_say[0].number);
  journal.said(to_say[0].number);
  CHECK(journal.unsaid() == 1);
  CHECK(journal.to_say(true, clock.steady()).size() == 3);
  // what has been said is kept for a minute, what has not until it is
  clock.advance(RedisJournal::kKept + base::seconds(1));
  const auto later = journal.to_say(true, clock.steady());
  REQUIRE(later.size() == 1);
  CHECK(later[0].id == ids[2]);
  journal.said(later[0].number);
  CHECK(journal.unsaid() == 0);
}

TEST_CASE("Redis journal: of ids that only Redis knows, those that fail come again after the others [issue 12]") {
  RedisJournal journal;
  std::vector<SessionId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(SessionId::random());
    CHECK(journal.note_unseen(ids.back()));
  }
  CHECK(journal.unseen(2) == std::vector{ids[0], ids[1]});
  CHECK(journal.unsaid() == 5);
  journal.settle_unseen(2, {ids[0]});
  CHECK(journal.unsaid() == 4);
  CHECK(journal.unseen(200) == std::vector{ids[2], ids[3], ids[4], ids[0]});
}

TEST_CASE("Redis journal: anybody can send ids that are none, so no more than ten thousand are kept [issue 12]") {
  RedisJournal journal;
  std::size_t kept = 0;
  while (kept < 20'000 && journal.note_unseen(SessionId::random())) ++kept;
  CHECK(kept == 10'000);
}

}  // namespace router::redis_journal_test
