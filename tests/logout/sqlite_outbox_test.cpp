#include "logout/sqlite_outbox.h"

#include <doctest/doctest.h>

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

}  // namespace router::sqlite_outbox_test
