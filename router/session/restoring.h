// What a file holds of some kinds of records, read page by page by whoever needs it, one kind after the other.
//
//   auto restoring = restoring_.up_to(2);        // all of the first two kinds have been noted
//   const auto restored = co_await restoring;
//
// Several at once may read a page; one of them notes it, so that nothing is noted twice. Threads: any. Owner: a store,
// which outlives its tasks; so does `clock`. Errors: those of the file; whoever comes next goes on from there.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "storage/records.h"

namespace router::session {

class Restoring {
 public:
  // `note`: of a record of the kind with that place in `kinds`; under a lock. What is over by now is passed over.
  using Note = std::function<void(std::size_t kind, const storage::Record& record)>;
  Restoring(std::shared_ptr<storage::Records> records, const base::Clock& clock, std::vector<storage::RecordKind> kinds,
            Note note)
      : records_(std::move(records)), clock_(clock), kinds_(std::move(kinds)), note_(std::move(note)) {}

  base::Task<base::Result<void>> up_to(std::size_t kinds);
  base::Task<base::Result<void>> all() { return up_to(kinds_.size()); }
  bool has_all() const { return kinds_done_ == kinds_.size(); }

 private:
  base::Task<base::Result<void>> step();

  const std::shared_ptr<storage::Records> records_;
  const base::Clock& clock_;
  const std::vector<storage::RecordKind> kinds_;
  const Note note_;
  std::mutex mutex_;
  std::atomic<std::size_t> kinds_done_ = 0;
  std::atomic<std::int64_t> done_to_ = 0;  // of the next kind: the number of a record
};

}  // namespace router::session
