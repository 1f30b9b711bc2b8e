// The outbox in a file: what was recorded before the process died is told by the next one.
//
// Calls that are recorded together are one sealed record, until all are settled; what is given up has one of its own, for
// 30 days, of more than some 10,000 the newest. Who records waits for the disk, together with all others of that moment;
// who settles does not: it is written some milliseconds later, and after a kill before that the call is made again. When a
// call is tried next is written with company, for losing that costs one early try. What waits is held in memory, too,
// shared with the fan-out. Background loop only. Owner: app/parts; `records` outlives it. Source:
// docs/contract/durability.md "SQLite".
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "logout/kept_batch.h"
#include "logout/outbox.h"
#include "storage/records.h"

namespace router::logout {

class SqliteOutbox final : public Outbox {
 public:
  SqliteOutbox(std::shared_ptr<storage::Records> records, const base::Clock& clock)
      : records_(std::move(records)), clock_(clock) {}

  base::Task<base::Result<void>> record(std::vector<CallPtr> calls) override;
  base::Task<base::Result<void>> postpone(std::string id, unsigned attempts, base::WallTime due) override;
  base::Task<base::Result<void>> settle(std::string id) override;
  base::Task<base::Result<void>> bury(std::string id, unsigned attempts, std::string reason) override;
  base::Task<base::Result<std::vector<Unfinished>>> retry(CallFilter which, std::size_t limit) override;
  base::Task<base::Result<std::vector<Unfinished>>> take_left_behind(std::size_t limit) override;
  base::Task<base::Result<std::vector<ListedCall>>> list(CallFilter filter, Page page) override;
  base::Task<base::Result<std::size_t>> buried() override;
  bool is_durable() const override { return true; }
  bool is_writable() const override { return records_->is_writable(); }

 private:
  base::Task<base::Result<void>> write(storage::MakeChanges make);
  base::Task<base::Result<void>> walk(std::function<bool(KeptCall& call, const storage::Record& record)> each);
  void take_over(const storage::Record& record);
  base::Task<base::Result<void>> drop_oldest_buried();
  base::Task<base::Result<void>> count_buried();
  void not_buried(const std::string& id);

  std::shared_ptr<storage::Records> records_;
  const base::Clock& clock_;
  std::unordered_map<std::string, KeptBatchPtr> waiting_;  // this process's, by id
  std::shared_ptr<ChangedBatches> settled_ = std::make_shared<ChangedBatches>();
  std::shared_ptr<ChangedBatches> postponed_ = std::make_shared<ChangedBatches>();
  std::int64_t looked_to_ = 0;   // of what was left behind
  std::deque<Unfinished> left_;  // of that, not handed out yet
  std::size_t burials_ = 0;      // since the start
  enum class Counted { not_yet, under_way, whole };
  Counted counted_ = Counted::not_yet;                      // what earlier processes have buried
  std::unordered_map<std::string, base::WallTime> buried_;  // until when, by id; once it is counted all of them
  std::unordered_set<std::string> unburied_;                // while it is being counted
};

}  // namespace router::logout
