// A batch of calls that waits, as the outbox of a file and its writes share it: each write says what is true when its turn
// comes, and what changes in the meantime needs no write of its own.
//
// Threads: any. Owner: SqliteOutbox.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "logout/call_batch.h"
#include "storage/records.h"

namespace router::logout {

class KeptBatch {
 public:
  // `number`: of its record. Each call may have a record of its own, `place` behind it.
  KeptBatch(std::string key, std::int64_t number, CallBatch calls)
      : key_(std::move(key)), number_(number), calls_(std::move(calls)) {}

  std::int64_t number() const { return number_; }
  // Its record, or that it has none any more.
  storage::RecordChange change() const;
  // That one does not belong to it any more; absent: it did not.
  std::optional<BatchedCall> take(const std::string& call_id);
  void postpone(const std::string& call_id, unsigned attempts, base::WallTime due);

 private:
  const std::string key_;
  const std::int64_t number_;
  mutable std::mutex mutex_;
  CallBatch calls_;
};
using KeptBatchPtr = std::shared_ptr<KeptBatch>;

// Those that have changed since somebody has written them.
class ChangedBatches {
 public:
  // Whoever holds one is about to write. It ends with whoever was to, who may never get to it.
  using Claim = std::shared_ptr<void>;
  // Null: somebody has one.
  Claim note(KeptBatchPtr batch);
  // Moves them there. What is noted from now on is a new claim's.
  void take(std::unordered_set<KeptBatchPtr>& batches);

 private:
  std::mutex mutex_;
  std::unordered_set<KeptBatchPtr> noted_;
  std::weak_ptr<void> writer_;
};
// Writes what is noted by then.
storage::MakeChanges write_noted(std::shared_ptr<ChangedBatches> changed, ChangedBatches::Claim claim);

}  // namespace router::logout
