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
constexpr std::size_t kMostBuried = 10'000;
constexpr std::size_t kLookEvery = kMostBuried / 10;  // so many burials

RecordChange put_call(const KeptCall& written, base::WallTime now) {
  const bool is_buried = written.state == CallState::buried;
  const auto& [call, attempts, due] = written.unfinished;
  base::Packer packer;
  packer(is_buried, std::uint64_t{attempts}, due, written.reason, pack(*call));
  const auto kept_until = is_buried ? std::optional(now + kBuriedKept) : std::nullopt;
  return storage::put({RecordKind::call, call->id, packer.take(), kept_until, 0});
}

// Absent: of a format that this version does not know.
std::optional<KeptCall> read_call(const Record& record) {
  KeptCall written;
  bool is_buried = false;
  std::uint64_t attempts = 0;
  base::Secret packed;
  base::Unpacker unpacker(record.content.reveal());
  unpacker(is_buried, attempts, written.unfinished.due, written.reason, packed);
  written.state = is_buried ? CallState::buried : CallState::waiting;
  written.unfinished.attempts = static_cast<unsigned>(attempts);
  if (unpacker.is_whole()) written.unfinished.call = unpack_call(packed.reveal());
  if (!written.unfinished.call) {
    base::log_error("logout.unreadable", {{"record", record.number}});
    return std::nullopt;
  }
  return written;
}

}  // namespace

Task<Result<void>> SqliteOutbox::write(RecordChanges changes) {
  auto writing = records_->change([changes = std::move(changes)] { return changes; });
  auto written = co_await writing;
  co_return written;
}

// Oldest first, until `each` has enough.
Task<Result<void>> SqliteOutbox::walk(
    std::function<bool(KeptCall& call, std::optional<base::WallTime> kept_until)> each) {
  std::int64_t after = 0;
  for (;;) {
    auto reading = records_->page(RecordKind::call, after, kReadAtOnce);
    const auto page = co_await reading;
    if (!page) co_return page.error();
    for (const auto& record : page->records) {
      auto written = read_call(record);
      if (written && !each(*written, record.kept_until)) co_return Result<void>();
    }
    if (page->is_last) co_return Result<void>();
    after = page->last;
  }
}

Task<Result<void>> SqliteOutbox::record(std::vector<CallPtr> calls) {
  RecordChanges changes;
  for (auto& call : calls) {
    const auto [place, is_new] = waiting_.try_emplace(call->id, Unfinished{call, 0, call->created});
    if (is_new) changes.push_back(put_call({place->second, CallState::waiting, {}}, clock_.wall()));
  }
  if (changes.empty()) co_return Result<void>();
  auto writing = write(std::move(changes));
  auto done = co_await writing;
  co_return done;
}

Task<Result<void>> SqliteOutbox::postpone(std::string id, unsigned attempts, base::WallTime due) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) co_return Result<void>();
  found->second.attempts = attempts;
  found->second.due = due;
  auto change = put_call({found->second, CallState::waiting, {}}, clock_.wall());
  records_->change_lazily([change = std::move(change)] { return RecordChanges{change}; });
  co_return Result<void>();
}

Task<Result<void>> SqliteOutbox::settle(std::string id) {
  waiting_.erase(id);
  not_buried(id);
  RecordChanges changes{storage::erase(RecordKind::call, std::move(id))};
  auto writing = write(std::move(changes));
  auto done = co_await writing;
  co_return done;
}

Task<Result<void>> SqliteOutbox::bury(std::string id, unsigned attempts, std::string reason) {
  auto found = waiting_.extract(id);
  if (found.empty()) co_return Result<void>();
  found.mapped().attempts = attempts;
  buried_.insert_or_assign(std::move(id), clock_.wall() + kBuriedKept);
  RecordChanges changes{put_call({std::move(found.mapped()), CallState::buried, std::move(reason)}, clock_.wall())};
  auto writing = write(std::move(changes));
  auto done = co_await writing;
  if (!done || ++burials_ % kLookEvery != 0) co_return done;
  auto dropping = drop_oldest_buried();
  done = co_await dropping;
  co_return done;
}

Task<Result<void>> SqliteOutbox::drop_oldest_buried() {
  std::vector<std::string> buried;
  auto walking = walk([&buried](KeptCall& written, auto) {
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
  auto writing = write(std::move(changes));
  auto done = co_await writing;
  co_return done;
}

Task<Result<std::vector<Unfinished>>> SqliteOutbox::retry(CallFilter which, std::size_t limit) {
  which.state = CallState::buried;
  std::vector<Unfinished> chosen;
  auto walking = walk([&](KeptCall& written, auto) {
    if (chosen.size() == limit) return false;
    if (!matches(which, written)) return true;
    auto& call = written.unfinished.call;
    const auto due = call->created;
    chosen.push_back({std::move(call), 0, due});
    return true;
  });
  const auto walked = co_await walking;
  if (!walked) co_return walked.error();
  RecordChanges changes;
  for (const auto& one : chosen) {
    changes.push_back(put_call({one, CallState::waiting, {}}, clock_.wall()));
    waiting_.insert_or_assign(one.call->id, one);
    not_buried(one.call->id);
  }
  auto writing = write(std::move(changes));
  const auto done = co_await writing;
  if (!done) base::log_warning("logout.outbox", {{"what", "retry"}, {"fault", describe(done.error())}});
  co_return chosen;
}

Task<Result<std::vector<Unfinished>>> SqliteOutbox::take_left_behind(std::size_t limit) {
  const auto newest = records_->newest_at_open();
  std::vector<Unfinished> taken;
  while (taken.size() < limit && looked_to_ < newest) {
    auto reading = records_->page(RecordKind::call, looked_to_, std::min(limit - taken.size(), kReadAtOnce));
    const auto page = co_await reading;
    if (!page) co_return page.error();
    for (const auto& record : page->records) {
      if (record.number > newest) break;
      auto written = read_call(record);
      if (!written || written->state == CallState::buried) continue;
      const auto [place, is_new] = waiting_.try_emplace(record.key, written->unfinished);
      if (is_new) taken.push_back(std::move(written->unfinished));
    }
    looked_to_ = page->is_last ? newest : page->last;
  }
  co_return taken;
}

Task<Result<std::vector<ListedCall>>> SqliteOutbox::list(CallFilter filter, Page page) {
  std::vector<ListedCall> calls;
  auto walking = walk([&](KeptCall& written, auto) {
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
  return walk([this](KeptCall& written, std::optional<base::WallTime> kept_until) {
    const auto& id = written.unfinished.call->id;
    if (written.state == CallState::buried && !unburied_.contains(id))
      buried_.try_emplace(id, kept_until.value_or(base::WallTime::max()));
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
