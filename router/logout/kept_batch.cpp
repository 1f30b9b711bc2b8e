#include "logout/kept_batch.h"

#include <algorithm>

namespace router::logout {

using storage::RecordKind;

storage::RecordChange KeptBatch::change() const {
  std::unique_lock lock(mutex_);
  const auto calls = calls_;
  lock.unlock();
  if (calls.empty()) return storage::erase(RecordKind::call, key_);
  return storage::put({RecordKind::call, key_, pack(calls), std::nullopt, number_});
}

std::optional<BatchedCall> KeptBatch::take(const std::string& call_id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(calls_.begin(), calls_.end(),
                                  [&](const BatchedCall& one) { return one.unfinished.call->id == call_id; });
  if (found == calls_.end()) return std::nullopt;
  auto taken = std::move(*found);
  calls_.erase(found);
  return taken;
}

void KeptBatch::postpone(const std::string& call_id, unsigned attempts, base::WallTime due) {
  const std::lock_guard lock(mutex_);
  for (auto& [unfinished, place] : calls_) {
    if (unfinished.call->id != call_id) continue;
    unfinished.attempts = attempts;
    unfinished.due = due;
  }
}

ChangedBatches::Claim ChangedBatches::note(KeptBatchPtr batch) {
  const std::lock_guard lock(mutex_);
  noted_.insert(std::move(batch));
  if (!writer_.expired()) return nullptr;
  auto claim = std::make_shared<char>();
  writer_ = claim;
  return claim;
}

void ChangedBatches::take(std::unordered_set<KeptBatchPtr>& batches) {
  const std::lock_guard lock(mutex_);
  batches.merge(noted_);
  noted_.clear();
  writer_.reset();
}

storage::MakeChanges write_noted(std::shared_ptr<ChangedBatches> changed, ChangedBatches::Claim claim) {
  // what was undone is written again
  return
      [changed = std::move(changed), claim = std::move(claim), batches = std::unordered_set<KeptBatchPtr>()]() mutable {
        changed->take(batches);
        storage::RecordChanges changes;
        for (const auto& batch : batches) changes.push_back(batch->change());
        return changes;
      };
}

}  // namespace router::logout
