#include "logout/memory_outbox.h"

#include <doctest/doctest.h>

#include "logout/outbox_contract.h"

namespace router::memory_outbox_test {

namespace {

class TestedMemoryOutbox final : public test::TestedOutbox {
 public:
  explicit TestedMemoryOutbox(std::size_t most_buried = 1000) : outbox_(most_buried) {}
  logout::Outbox& outbox() override { return outbox_; }

 private:
  logout::MemoryOutbox outbox_;
};

}  // namespace

TEST_CASE("memory outbox: keeps the contract of all outboxes") {
  test::check_outbox_contract([] { return std::make_unique<TestedMemoryOutbox>(); });
}

TEST_CASE("memory outbox: so many buried calls are kept, the oldest go first") {
  TestedMemoryOutbox tested(3);
  test::OutboxDriver outbox(tested);
  for (unsigned number = 1; number <= 6; ++number) outbox.record({test::make_call("a", number)});
  for (const char* id : {"a.2", "a.6", "a.1", "a.3", "a.5"}) outbox.bury(id, "refused");
  CHECK(outbox.ids() == test::Ids{"a.3", "a.4", "a.5", "a.6"});
}

}  // namespace router::memory_outbox_test
