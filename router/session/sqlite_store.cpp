#include "session/sqlite_store.h"

#include <iterator>
#include <limits>
#include <utility>

#include "base/log.h"
#include "session/kept_records.h"

namespace router::session {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;
using storage::Record;
using storage::RecordChanges;
using storage::RecordKind;

namespace {

// In this order: all before the sessions decide about those that come in.
constexpr RecordKind kRestored[] = {RecordKind::ended_session, RecordKind::ended_at_provider,
                                    RecordKind::untold_session, RecordKind::session};
constexpr std::size_t kDeciding = std::size(kRestored) - 1;
constexpr std::size_t kUsesInOne = 256;
constexpr base::milliseconds kForgetEvery{60'000};

Error no_room() { return {ErrorCode::overloaded, Side::store, "too much waits to be written", true}; }

// As it is now: nothing, where it is over by then.
void add_living(MemoryStore& memory, const base::Clock& clock, const SessionId& id, RecordChanges& changes) {
  const auto standing = memory.standing(id);
  if (standing) changes.push_back(storage::put(record_of(*standing->session, clock.wall() + standing->left)));
}

storage::MakeChanges put_living(std::shared_ptr<MemoryStore> memory, const base::Clock& clock,
                                std::vector<SessionId> ids) {
  return [memory = std::move(memory), &clock, ids = std::move(ids)] {
    RecordChanges changes;
    for (const auto& id : ids) add_living(*memory, clock, id, changes);
    return changes;
  };
}

}  // namespace

SqliteStore::SqliteStore(std::shared_ptr<storage::Records> records, const base::Clock& clock, StoreLimits limits)
    : records_(std::move(records)),
      clock_(clock),
      memory_(std::make_shared<MemoryStore>(clock, limits)),
      shared_(records_, clock),
      restoring_(records_, clock, {std::begin(kRestored), std::end(kRestored)},
                 [this](std::size_t kind, const Record& record) { restore_record(kRestored[kind], record); }) {}

SqliteStore::~SqliteStore() { write_used(uses_.take(base::SteadyTime::max())); }

Task<void> SqliteStore::restore() {
  const auto started = clock_.steady();
  is_restoring_ = true;
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  is_restoring_ = false;
  if (!restored) {
    base::log_error("session.restore", {{"file", records_->path()}, {"fault", describe(restored.error())}});
    co_return;
  }
  const auto took = std::chrono::duration_cast<base::milliseconds>(clock_.steady() - started);
  if (restored_ > 0)
    base::log_info("session.restored", {{"sessions", restored_.load()}, {"milliseconds", took.count()}});
}

void SqliteStore::restore_record(RecordKind kind, const Record& record) {
  if (kind == RecordKind::ended_session) return restore_tombstone(record, *memory_);
  if (kind == RecordKind::ended_at_provider) return restore_ended_at_provider(record, *memory_);
  if (kind == RecordKind::session) return restore_session(record);
  auto written = read_session(record);
  if (written) memory_->restore_untold(std::make_shared<const Session>(std::move(written->session)));
}

void SqliteStore::restore_session(const Record& record) {
  auto written = read_session(record);
  if (!written) {
    base::log_error("session.unreadable", {{"file", records_->path()}, {"record", record.number}});
    return;
  }
  const auto left = std::chrono::duration_cast<base::milliseconds>(written->deadline - clock_.wall());
  if (memory_->restore(std::move(written->session), left)) ++restored_;
}

Task<Result<void>> SqliteStore::restore_one(SessionId id) {
  if (restoring_.has_all() || memory_->standing(id)) co_return Result<void>();
  auto deciding = restoring_.up_to(kDeciding);
  const auto decided = co_await deciding;
  if (!decided) co_return decided.error();
  auto finding = records_->find(RecordKind::session, kept_key(id));
  const auto found = co_await finding;
  if (!found) co_return found.error();
  if (*found) restore_session(**found);
  co_return Result<void>();
}

Task<void> SqliteStore::write(storage::MakeChanges make) {
  // the database says what is wrong with the disk; the session goes on without it
  auto writing = records_->change(std::move(make));
  const auto written = co_await writing;
  if (!written && written.error().code != ErrorCode::unavailable)
    base::log_error("session.not_written", {{"fault", describe(written.error())}});
}

// 0: it has not been taken.
std::uint64_t SqliteStore::write_later(storage::MakeChanges make) {
  const auto number = records_->change_later(std::move(make));
  if (number == 0) base::log_error("session.not_written", {{"fault", describe(no_room())}});
  return number;
}

Task<Result<void>> SqliteStore::create(Session session) {
  auto deciding = restoring_.up_to(kDeciding);
  const auto decided = co_await deciding;
  if (!decided) co_return decided.error();
  const SessionId id = session.id;
  const bool is_anonymous = session.is_anonymous;
  auto creating = memory_->create(std::move(session));
  auto created = co_await creating;
  if (!created) co_return created;
  auto make = put_living(memory_, clock_, {id});
  if (is_anonymous) {
    records_->change_lazily(std::move(make));
  } else {
    auto writing = write(std::move(make));
    co_await writing;
  }
  co_return created;
}

Task<Result<std::optional<Succession>>> SqliteStore::succeed(SessionId before, Session next, TakeOver take_over) {
  auto restoring = restore_one(before);
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  const SessionId id = next.id;
  auto succeeding = memory_->succeed(before, std::move(next), std::move(take_over));
  auto succession = co_await succeeding;
  if (!succession || !*succession) co_return succession;
  auto writing = write([memory = memory_, &clock = clock_, before, id] {
    RecordChanges changes;
    changes.push_back(storage::erase(RecordKind::session, kept_key(before)));
    changes.push_back(storage::put(tombstone(before, id, clock.wall())));
    add_living(*memory, clock, id, changes);
    return changes;
  });
  co_await writing;
  co_return succession;
}

Task<Result<SessionId>> SqliteStore::successor(SessionId before) {
  auto deciding = restoring_.up_to(kDeciding);
  const auto decided = co_await deciding;
  if (!decided) co_return decided.error();
  auto asking = memory_->successor(std::move(before));
  auto known = co_await asking;
  co_return known;
}

Task<Result<std::optional<Snapshot>>> SqliteStore::find(SessionId id) {
  if (!restoring_.has_all()) {
    auto restoring = restore_one(id);
    const auto restored = co_await restoring;
    if (!restored) co_return restored.error();
  }
  auto finding = memory_->find(std::move(id));
  auto found = co_await finding;
  co_return found;
}

Task<Result<std::optional<Snapshot>>> SqliteStore::replace(Session changed) {
  // whoever has a state of it has found it: it is here
  const SessionId id = changed.id;
  auto replacing = memory_->replace(std::move(changed));
  auto replaced = co_await replacing;
  if (!replaced || !*replaced) co_return replaced;
  auto writing = write(put_living(memory_, clock_, {id}));
  co_await writing;
  co_return replaced;
}

Task<Result<void>> SqliteStore::used(SessionId id) {
  if (!restoring_.has_all()) {
    auto restoring = restore_one(id);
    const auto restored = co_await restoring;
    if (!restored) co_return restored.error();
  }
  auto using_it = memory_->used(id);
  auto is_used = co_await using_it;
  if (is_used && !uses_.is_noted(id)) {
    const auto standing = memory_->standing(id);
    if (standing) uses_.note(id, DueUses::span_of(*standing->session), clock_.steady());
  }
  co_return is_used;
}

Task<Result<std::optional<base::milliseconds>>> SqliteStore::time_left(SessionId id) {
  auto restoring = restore_one(id);
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  auto asking = memory_->time_left(std::move(id));
  auto left = co_await asking;
  co_return left;
}

Task<Result<std::optional<Snapshot>>> SqliteStore::end(SessionId id) {
  auto restoring = restore_one(id);
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  auto ending = memory_->end(std::move(id));
  auto ended = co_await ending;
  if (!ended || !*ended) co_return ended;
  write_later([session = **ended, &clock = clock_] {
    RecordChanges changes;
    add_untold(session, clock.wall(), changes);
    return changes;
  });
  co_return ended;
}

Task<Result<std::vector<Listed>>> SqliteStore::page(SessionFilter filter, std::optional<Position> after,
                                                    std::size_t limit) {
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  auto listing = memory_->page(std::move(filter), std::move(after), limit);
  auto listed = co_await listing;
  co_return listed;
}

Task<Result<void>> SqliteStore::remember_ended(EndedAtProvider ended) {
  memory_->note_ended(ended);
  // what anybody may say is not worth the disk
  if (!ended.is_signed) co_return Result<void>();
  const bool is_waited_for = !ended.is_followed_by_end;
  const auto number = write_later([ended = std::move(ended), &clock = clock_] {
    return RecordChanges{storage::put(record_of(ended, clock.wall()))};
  });
  if (is_waited_for) {
    auto writing = records_->done(number);
    co_await writing;
  }
  co_return Result<void>();
}

Task<Result<std::vector<Snapshot>>> SqliteStore::take_expired(std::size_t limit) {
  if (is_restoring_) co_return std::vector<Snapshot>();
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  const auto now = clock_.steady();
  write_used(uses_.take(now));
  if (now - forgot_at_ >= kForgetEvery) {
    forgot_at_ = now;
    records_->forget_over(clock_.wall());
  }
  auto taking = memory_->take_expired(limit);
  auto over = co_await taking;
  if (over && !over->empty()) {
    // lost with the process before it is written, they are over again after it
    write_later([sessions = *over, &clock = clock_] {
      RecordChanges changes;
      for (const auto& session : sessions) add_untold(session, clock.wall(), changes);
      return changes;
    });
  }
  co_return over;
}

Task<Result<void>> SqliteStore::told(std::vector<SessionId> ids) {
  // behind their ends, which it waits for, too
  const auto number = write_later([ids] {
    RecordChanges changes;
    for (const auto& id : ids) changes.push_back(storage::erase(RecordKind::untold_session, kept_key(id)));
    return changes;
  });
  auto telling = memory_->told(std::move(ids));
  auto is_told = co_await telling;
  if (number == 0) co_return no_room();
  auto writing = records_->done(number);
  co_await writing;
  co_return is_told;
}

Task<void> SqliteStore::keep_ends() { return records_->done(std::numeric_limits<std::uint64_t>::max()); }

Task<Result<Counts>> SqliteStore::counts() {
  auto counting = memory_->counts();
  auto counted = co_await counting;
  co_return counted;
}

Health SqliteStore::health() const {
  if (records_->is_writable()) return {};
  return {false, records_->path() + " cannot be written: what changes now is lost with this process"};
}

void SqliteStore::write_used(std::vector<SessionId> used) {
  for (std::size_t at = 0; at < used.size(); at += kUsesInOne) {
    const auto first = used.begin() + static_cast<std::ptrdiff_t>(at);
    std::vector<SessionId> some(first, first + static_cast<std::ptrdiff_t>(std::min(kUsesInOne, used.size() - at)));
    records_->change_lazily(put_living(memory_, clock_, std::move(some)));
  }
}

}  // namespace router::session
