#include "logout/sqlite_outbox.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/packed.h"

namespace router::logout {

using base::Result;
using base::Task;
using storage::Record;
using storage::RecordChange;
using storage::RecordChanges;
using storage::RecordKind;

namespace {

constexpr std::chrono::hours kBuriedKept{30 * 24};
constexpr std::size_t kReadAtOnce = 256;
// What is settled of a batch costs writing the rest.
constexpr std::size_t kMostInBatch = 16;
static_assert(kMostInBatch + 1 <= storage::Records::kMostReserved);
constexpr std::size_t kMostBuried = 10'000;
constexpr std::size_t kLookEvery = kMostBuried / 10;  // so many burials

// 0 instead of `is_buried` is one that waits, as an older version wrote them; 2 begins a batch.
RecordChange put_buried(const KeptCall& kept, base::WallTime now, std::int64_t number) {
  const auto& [call, attempts, due] = kept.unfinished;
  base::Packer packer;
  packer(true, std::uint64_t{attempts}, due, kept.reason, pack(*call));
  return storage::put({RecordKind::call, call->id, packer.take(), now + kBuriedKept, number});
}

// A call of its own, buried or not.
std::optional<KeptCall> read_call(const Record& record) {
  KeptCall kept;
  bool is_buried = false;
  std::uint64_t attempts = 0;
  base::Secret packed;
  base::Unpacker unpacker(record.content.reveal());
  unpacker(is_buried, attempts, kept.unfinished.due, kept.reason, packed);
  kept.state = is_buried ? CallState::buried : CallState::waiting;
  kept.unfinished.attempts = static_cast<unsigned>(attempts);
  if (unpacker.is_whole()) kept.unfinished.call = unpack_call(packed.reveal());
  return kept.unfinished.call ? std::optional(std::move(kept)) : std::nullopt;
}

struct KeptCalls {
  CallBatch calls;  // none: of a format that this version does not know
  CallState state = CallState::waiting;
  std::string reason;
};

KeptCalls read_calls(const Record& record) {
  if (auto batch = unpack_batch(record.content.reveal())) return {*std::move(batch), CallState::waiting, {}};
  auto one = read_call(record);
  if (one) return {{{std::move(one->unfinished), 0}}, one->state, std::move(one->reason)};
  base::log_error("logout.unreadable", {{"record", record.number}});
  return {};
}

storage::MakeChanges changes_of(std::vector<KeptBatchPtr> batches) {
  return [batches = std::move(batches)] {
    RecordChanges changes;
    for (const auto& batch : batches) changes.push_back(batch->change());
    return changes;
  };
}

}  // namespace

Task<Result<void>> SqliteOutbox::write(storage::MakeChanges make) {
  auto writing = records_->change(std::move(make));
  auto written = co_await writing;
  co_return written;
}

// Oldest first, until `each` has enough.
Task<Result<void>> SqliteOutbox::walk(std::function<bool(KeptCall& call, const Record& record)> each) {
  std::int64_t after = 0;
  for (;;) {
    auto reading = records_->page(RecordKind::call, after, kReadAtOnce);
    const auto page = co_await reading;
    if (!page) co_return page.error();
    for (const auto& record : page->records) {
      auto kept = read_calls(record);
      for (auto& [unfinished, place] : kept.calls) {
        KeptCall call{std::move(unfinished), kept.state, kept.reason};
        if (!each(call, record)) co_return Result<void>();
      }
    }
    if (page->is_last) co_return Result<void>();
    after = page->last;
  }
}

Task<Result<void>> SqliteOutbox::record(std::vector<CallPtr> calls) {
  std::erase_if(calls, [this](const CallPtr& call) { return waiting_.contains(call->id); });
  std::vector<KeptBatchPtr> batches;
  for (std::size_t at = 0; at < calls.size(); at += kMostInBatch) {
    const auto number = records_->reserve(kMostInBatch + 1);
    CallBatch batch;
    for (std::size_t i = at; i < std::min(at + kMostInBatch, calls.size()); ++i)
      batch.push_back({{calls[i], 0, calls[i]->created}, batch.size() + 1});
    batches.push_back(std::make_shared<KeptBatch>("from " + calls[at]->id, number, batch));
    for (const auto& one : batch) waiting_.emplace(one.unfinished.call->id, batches.back());
  }
  if (batches.empty()) co_return Result<void>();
  auto writing = write(changes_of(std::move(batches)));
  auto done = co_await writing;
  co_return done;
}

Task<Result<void>> SqliteOutbox::postpone(std::string id, unsigned attempts, base::WallTime due) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) co_return Result<void>();
  found->second->postpone(id, attempts, due);
  if (auto claim = postponed_->note(found->second)) records_->change_lazily(write_noted(postponed_, std::move(claim)));
  co_return Result<void>();
}

Task<Result<void>> SqliteOutbox::settle(std::string id) {
  not_buried(id);
  const auto found = waiting_.extract(id);
  if (found.empty()) {
    // an operator's, who looks at the list next
    auto writing = write([id] { return RecordChanges{storage::erase(RecordKind::call, id)}; });
    auto done = co_await writing;
    co_return done;
  }
  found.mapped()->take(id);
  if (auto claim = settled_->note(found.mapped())) records_->change_later(write_noted(settled_, std::move(claim)));
  co_return Result<void>();
}

Task<Result<void>> SqliteOutbox::bury(std::string id, unsigned attempts, std::string reason) {
  const auto found = waiting_.extract(id);
  auto taken = found.empty() ? std::nullopt : found.mapped()->take(id);
  if (!taken) co_return Result<void>();
  taken->unfinished.attempts = attempts;
  buried_.insert_or_assign(std::move(id), clock_.wall() + kBuriedKept);
  const auto number = found.mapped()->number() + static_cast<std::int64_t>(taken->place);
  const KeptCall kept{std::move(taken->unfinished), CallState::buried, std::move(reason)};
  // in this order: a batch of one that was buried before has the name of its call
  auto writing = write([batch = found.mapped(), buried = put_buried(kept, clock_.wall(), number)] {
    return RecordChanges{batch->change(), buried};
  });
  auto done = co_await writing;
  if (!done || ++burials_ % kLookEvery != 0) co_return done;
  auto dropping = drop_oldest_buried();
  done = co_await dropping;
  co_return done;
}

Task<Result<void>> SqliteOutbox::drop_oldest_buried() {
  std::vector<std::string> buried;
  auto walking = walk([&buried](KeptCall& written, const Record&) {
    if (written.state == CallState::buried) buried.push_back(written.unfinished.call->id);
    return true;
  });
  auto walked = co_await walking;
  if (!walked || buried.size() <= kMostBuried) co_return walked;
  RecordChanges changes;
  for (std::size_t i = 0; i < buried.size() - kMostBuried; ++i) {
    not_buried(buried[i]);
    changes.push_back(storage::erase(RecordKind::call, std::move(buried[i])));
  }
  auto writing = write([changes = std::move(changes)] { return changes; });
  auto done = co_await writing;
  co_return done;
}

Task<Result<std::vector<Unfinished>>> SqliteOutbox::retry(CallFilter which, std::size_t limit) {
  which.state = CallState::buried;
  std::vector<Unfinished> chosen;
  std::vector<KeptBatchPtr> batches;
  auto walking = walk([&](KeptCall& kept, const Record& record) {
    if (chosen.size() == limit) return false;
    if (!matches(which, kept)) return true;
    auto& call = kept.unfinished.call;
    const auto due = call->created;
    chosen.push_back({std::move(call), 0, due});
    batches.push_back(std::make_shared<KeptBatch>(record.key, record.number, CallBatch{{chosen.back(), 0}}));
    return true;
  });
  const auto walked = co_await walking;
  if (!walked) co_return walked.error();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto& id = chosen[i].call->id;
    waiting_.insert_or_assign(id, batches[i]);
    not_buried(id);
  }
  auto writing = write(changes_of(std::move(batches)));
  const auto done = co_await writing;
  if (!done) base::log_warning("logout.outbox", {{"what", "retry"}, {"fault", describe(done.error())}});
  co_return chosen;
}

Task<Result<std::vector<Unfinished>>> SqliteOutbox::take_left_behind(std::size_t limit) {
  const auto newest = records_->newest_at_open();
  while (left_.size() < limit && looked_to_ < newest) {
    auto reading = records_->page(RecordKind::call, looked_to_, std::min(limit - left_.size(), kReadAtOnce));
    const auto page = co_await reading;
    if (!page) co_return page.error();
    for (const auto& record : page->records) {
      if (record.number > newest) break;
      take_over(record);
    }
    looked_to_ = page->is_last ? newest : page->last;
  }
  std::vector<Unfinished> taken;
  for (; taken.size() < limit && !left_.empty(); left_.pop_front()) taken.push_back(std::move(left_.front()));
  co_return taken;
}

void SqliteOutbox::take_over(const Record& record) {
  auto kept = read_calls(record);
  if (kept.state == CallState::buried) return;
  // what was tried again meanwhile is this process's already
  std::erase_if(kept.calls, [this](const BatchedCall& one) { return waiting_.contains(one.unfinished.call->id); });
  if (kept.calls.empty()) return;
  const auto batch = std::make_shared<KeptBatch>(record.key, record.number, kept.calls);
  for (auto& one : kept.calls) {
    waiting_.emplace(one.unfinished.call->id, batch);
    left_.push_back(std::move(one.unfinished));
  }
}

Task<Result<std::vector<ListedCall>>> SqliteOutbox::list(CallFilter filter, Page page) {
  std::vector<ListedCall> calls;
  auto walking = walk([&](KeptCall& written, const Record&) {
    if (calls.size() == page.limit) return false;
    if (!matches(filter, written)) return true;
    if (page.offset > 0) {
      --page.offset;
      return true;
    }
    calls.push_back(listed(std::move(written)));
    return true;
  });
  const auto walked = co_await walking;
  if (!walked) co_return walked.error();
  co_return calls;
}

void SqliteOutbox::not_buried(const std::string& id) {
  buried_.erase(id);
  if (counted_ == Counted::under_way) unburied_.insert(id);
}

Task<Result<void>> SqliteOutbox::count_buried() {
  return walk([this](KeptCall& written, const Record& record) {
    const auto& id = written.unfinished.call->id;
    if (written.state == CallState::buried && !unburied_.contains(id))
      buried_.try_emplace(id, record.kept_until.value_or(base::WallTime::max()));
    return true;
  });
}

Task<Result<std::size_t>> SqliteOutbox::buried() {
  if (counted_ == Counted::under_way)
    co_return base::Error{base::ErrorCode::unavailable, base::Side::store, "is being counted"};
  if (counted_ == Counted::not_yet) {
    counted_ = Counted::under_way;
    auto counting = count_buried();
    const auto counted = co_await counting;
    counted_ = counted ? Counted::whole : Counted::not_yet;
    unburied_.clear();
    if (!counted) co_return counted.error();
  }
  // the file forgets them by itself
  std::erase_if(buried_, [now = clock_.wall()](const auto& one) { return one.second <= now; });
  co_return buried_.size();
}

}  // namespace router::logout
