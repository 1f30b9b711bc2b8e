#include "logout/sqlite_outbox.h"

#include <doctest/doctest.h>

#include "base/packed.h"
#include "logout/outbox_contract.h"
#include "storage/stored_file.h"

namespace router::sqlite_outbox_test {

namespace {

class TestedSqliteOutbox final : public test::TestedOutbox {
 public:
  TestedSqliteOutbox() { open(); }
  logout::Outbox& outbox() override { return *outbox_; }
  bool crash() override {
    outbox_.reset();
    records_.reset();
    open();
    return true;
  }
  std::string bytes() const { return test::bytes_in(directory_.path()); }
  storage::Records& records() { return *records_; }

 private:
  void open() {
    records_ = test::open_records(directory_ / "state.db");
    outbox_ = std::make_unique<logout::SqliteOutbox>(records_, clock_);
  }

  test::TemporaryDirectory directory_;
  test::FakeClock clock_;
  std::shared_ptr<storage::Records> records_;
  std::unique_ptr<logout::SqliteOutbox> outbox_;
};

}  // namespace

TEST_CASE("sqlite outbox: keeps the contract of all outboxes [Q3]") {
  test::check_outbox_contract([] { return std::make_unique<TestedSqliteOutbox>(); });
}

TEST_CASE("sqlite outbox: the files hold no token or cookie in clear, and no trace of what was settled [Q3]") {
  TestedSqliteOutbox tested;
  test::OutboxDriver outbox(tested);
  auto call = std::make_shared<logout::CallRecord>(*test::make_call("a", 1, "bank"));
  call->credentials = std::make_shared<logout::Credentials>();
  call->credentials->access_token = base::Secret("token-in-clear");
  call->cookies = base::Secret("sid=cookie-in-clear");
  outbox.record({call});
  CHECK(tested.bytes().find("in-clear") == std::string::npos);
  outbox.bury("a.1", "refused");
  CHECK(tested.bytes().find("in-clear") == std::string::npos);
}

TEST_CASE(
    "sqlite outbox: the calls of a logout are one record, and what is settled of them is written together [issue 12]") {
  TestedSqliteOutbox tested;
  test::OutboxDriver outbox(tested);
  std::vector<logout::CallPtr> calls;
  for (unsigned i = 1; i <= 10; ++i) calls.push_back(test::make_call("a", i));
  outbox.record(calls);
  CHECK(test::all_records(tested.records()).size() == 1);
  for (unsigned i = 1; i <= 9; ++i) outbox.settle("a." + std::to_string(i));
  CHECK(outbox.ids() == test::Ids{"a.10"});
  REQUIRE(tested.crash());
  CHECK(test::ids_of(outbox.take_left_behind()) == test::Ids{"a.10"});
  outbox.settle("a.10");
  CHECK(test::all_records(tested.records()).empty());
}

TEST_CASE("sqlite outbox: however many calls a logout has, a record has a few [issue 12]") {
  TestedSqliteOutbox tested;
  test::OutboxDriver outbox(tested);
  std::vector<logout::CallPtr> calls;
  for (unsigned i = 1; i <= 40; ++i) calls.push_back(test::make_call("a", i));
  outbox.record(calls);
  CHECK(test::all_records(tested.records()).size() == 3);
  CHECK(outbox.ids().size() == 40);
  outbox.bury("a.20", "refused");
  CHECK(outbox.ids({.state = logout::CallState::buried}) == test::Ids{"a.20"});
  CHECK(outbox.ids().size() == 40);
}

TEST_CASE("sqlite outbox: what the next process gives up keeps its place, and nobody else's [issue 12]") {
  TestedSqliteOutbox tested;
  test::OutboxDriver outbox(tested);
  outbox.record({test::make_call("a", 1), test::make_call("a", 2), test::make_call("a", 3)});
  REQUIRE(tested.crash());
  outbox.record({test::make_call("b", 1)});
  REQUIRE(outbox.take_left_behind().size() == 3);
  outbox.bury("a.3", "refused");
  outbox.bury("a.1", "refused");
  CHECK(outbox.ids({.state = logout::CallState::buried}) == test::Ids{"a.1", "a.3"});
  CHECK(outbox.ids() == test::Ids{"a.2", "a.1", "a.3", "b.1"});
}

TEST_CASE("sqlite outbox: what a write that was never made had to say is said by the next one [issue 12]") {
  const auto changed = std::make_shared<logout::ChangedBatches>();
  const auto batch = [](const std::string& key) {
    return std::make_shared<logout::KeptBatch>(key, 1, logout::CallBatch());
  };
  auto dropped = logout::write_noted(changed, changed->note(batch("one")));
  CHECK_FALSE(changed->note(batch("two")));  // it would be written with it
  dropped = nullptr;                         // too much waits for the disk, or has waited for too long
  auto claim = changed->note(batch("three"));
  REQUIRE(claim);
  const auto make = logout::write_noted(changed, std::move(claim));
  CHECK(make().size() == 3);
  // its turn has come: what changes now is not in it
  CHECK(changed->note(batch("four")));
  CHECK(make().size() == 4);
}

TEST_CASE("sqlite outbox: calls that an older version has written wait on, each in a record of its own [issue 12]") {
  TestedSqliteOutbox tested;
  const auto call = test::make_call("a", 1);
  base::Packer packer;
  packer(false, std::uint64_t{2}, call->created, std::string(), logout::pack(*call));
  REQUIRE(test::put_record(tested.records(), test::make_record(call->id, std::string(packer.take().reveal()))));
  REQUIRE(tested.crash());
  test::OutboxDriver outbox(tested);
  const auto left = outbox.take_left_behind();
  REQUIRE(test::ids_of(left) == test::Ids{"a.1"});
  CHECK(left[0].attempts == 2);
  outbox.bury("a.1", "refused");
  CHECK(outbox.ids({.state = logout::CallState::buried}) == test::Ids{"a.1"});
  outbox.settle("a.1");
  CHECK(test::all_records(tested.records()).empty());
}

}  // namespace router::sqlite_outbox_test
