// What ends in a store behind a file: when it is written, and with what.
#include <doctest/doctest.h>

#include <future>

#include "session/tested_sqlite_store.h"

namespace router::sqlite_ends_test {

using test::FakeClock;
using test::make_session;
using test::run_task;
using test::TestedSqliteStore;

namespace {

// A transaction is under way until release().
class BusyFile {
 public:
  explicit BusyFile(storage::Records& records) {
    records.change_later([this] {
      begun_.set_value();
      ends_.get_future().wait();
      return storage::RecordChanges();
    });
    begun_.get_future().wait();
  }
  void release() { ends_.set_value(); }

 private:
  std::promise<void> begun_;
  std::promise<void> ends_;
};

// What a process finds that starts after a crash now: the file as it is.
struct AfterCrash {
  explicit AfterCrash(TestedSqliteStore& before) : store(test::open_records(copied(before)), clock, {}) {
    run_task(store.restore());
  }
  std::string copied(TestedSqliteStore& before) const {
    for (const char* beside : {"", "-wal"}) std::filesystem::copy(before.path() + beside, left / "state.db" + beside);
    return left / "state.db";
  }

  const test::TemporaryDirectory left;
  FakeClock clock;
  session::SqliteStore store;
};

}  // namespace

TEST_CASE("sqlite store: an end, what its provider has ended, and its calls are one transaction [issue 12]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto session = make_session("alice", "sid-1");
  REQUIRE(store.create(session));
  BusyFile busy(tested.records());
  // neither waits for a file that is busy
  store.remember_ended({session.issuer, "sid-1", "", session.login_started, true, true});
  REQUIRE(store.end(session.id));
  const auto before = tested.records().commits();
  std::uint64_t at = 0;
  const auto number = tested.records().change_later([&] {
    at = tested.records().commits();
    return storage::RecordChanges{storage::put(test::make_record("call", "of its back-end"))};
  });
  busy.release();
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
  REQUIRE(run_task(tested.store().told({session.id})));
  AfterCrash after(tested);
  CHECK_FALSE(*run_task(after.store.find(session.id)));
  CHECK(run_task(after.store.take_expired(10))->empty());
}

TEST_CASE("sqlite store: what ended and is kept stays ended after a crash, and is still to be told [issue 12]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto session = make_session("alice");
  REQUIRE(store.create(session));
  REQUIRE(store.end(session.id));
  run_task(tested.store().keep_ends());
  AfterCrash after(tested);
  CHECK_FALSE(*run_task(after.store.find(session.id)));
  CHECK(run_task(after.store.take_expired(10))->size() == 1);
}

TEST_CASE("sqlite store: an end that the file's queue has no room for is not taken for one that is kept [issue 12]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto session = make_session("alice");
  REQUIRE(store.create(session));
  BusyFile busy(tested.records());
  while (tested.records().change_later([] { return storage::RecordChanges(); }) != 0) continue;
  const auto ended = run_task(tested.store().end(session.id));
  const auto told = run_task(tested.store().told({session.id}));
  busy.release();
  REQUIRE(ended);
  CHECK(*ended);
  REQUIRE_FALSE(told);
  CHECK(told.error().code == base::ErrorCode::overloaded);
  CHECK_FALSE(store.find(session.id));
}

}  // namespace router::sqlite_ends_test
