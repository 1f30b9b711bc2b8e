// What ends in a store behind a file: when it is written, and with what.
#include <doctest/doctest.h>

#include <future>

#include "session/tested_sqlite_store.h"

namespace router::sqlite_ends_test {

using test::FakeClock;
using test::make_session;
using test::run_task;
using test::TestedSqliteStore;

TEST_CASE("sqlite store: an end, what its provider has ended, and its calls are one transaction [issue 12]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto session = make_session("alice", "sid-1");
  REQUIRE(store.create(session));
  std::promise<void> begun;
  std::promise<void> ends;
  tested.records().change_later([&] {
    begun.set_value();
    ends.get_future().wait();
    return storage::RecordChanges();
  });
  begun.get_future().wait();
  // neither waits for a file that is busy
  store.remember_ended({session.issuer, "sid-1", "", session.login_started, true, true});
  REQUIRE(store.end(session.id));
  const auto before = tested.records().commits();
  std::uint64_t at = 0;
  const auto number = tested.records().change_later([&] {
    at = tested.records().commits();
    return storage::RecordChanges{storage::put(test::make_record("call", "of its back-end"))};
  });
  ends.set_value();
  run_task(tested.records().done(number));
  CHECK(at == before + 1);
  REQUIRE(run_task(tested.store().told({session.id})));
  tested.crash();
  CHECK_FALSE(store.find(session.id));
  CHECK_FALSE(store.create(session));
}

TEST_CASE("sqlite store: whoever has told the back-ends leaves nothing to a crash that is said again [issue 12]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto session = make_session("alice");
  REQUIRE(store.create(session));
  REQUIRE(store.end(session.id));
  // the file as it is then is what a crash leaves
  const test::TemporaryDirectory left;
  REQUIRE(run_task(tested.store().told({session.id})));
  for (const char* beside : {"", "-wal"}) std::filesystem::copy(tested.path() + beside, left / "state.db" + beside);
  FakeClock clock;
  session::SqliteStore after(test::open_records(left / "state.db"), clock, {});
  run_task(after.restore());
  CHECK_FALSE(*run_task(after.find(session.id)));
  CHECK(run_task(after.take_expired(10))->empty());
}

TEST_CASE("sqlite store: what ended and is kept stays ended after a crash, and is still to be told [issue 12]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto session = make_session("alice");
  REQUIRE(store.create(session));
  REQUIRE(store.end(session.id));
  run_task(tested.store().keep_ends());
  const test::TemporaryDirectory left;
  for (const char* beside : {"", "-wal"}) std::filesystem::copy(tested.path() + beside, left / "state.db" + beside);
  FakeClock clock;
  session::SqliteStore after(test::open_records(left / "state.db"), clock, {});
  run_task(after.restore());
  CHECK_FALSE(*run_task(after.find(session.id)));
  CHECK(run_task(after.take_expired(10))->size() == 1);
}

TEST_CASE("sqlite store: an end that the file's queue has no room for is not taken for one that is kept [issue 12]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto session = make_session("alice");
  REQUIRE(store.create(session));
  std::promise<void> begun;
  std::promise<void> ends;
  tested.records().change_later([&] {
    begun.set_value();
    ends.get_future().wait();
    return storage::RecordChanges();
  });
  begun.get_future().wait();
  while (tested.records().change_later([] { return storage::RecordChanges(); }) != 0) continue;
  const auto ended = run_task(tested.store().end(session.id));
  const auto told = run_task(tested.store().told({session.id}));
  ends.set_value();
  REQUIRE(ended);
  CHECK(*ended);
  REQUIRE_FALSE(told);
  CHECK(told.error().code == base::ErrorCode::overloaded);
  CHECK_FALSE(store.find(session.id));
}

}  // namespace router::sqlite_ends_test
