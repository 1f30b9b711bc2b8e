#include "storage/records.h"

#include <limits>
#include <utility>

#include "base/log.h"
#include "base/packed.h"
#include "storage/page_reader.h"

namespace router::storage {

using base::Result;
using base::Task;

namespace {

constexpr std::size_t kMostReported = 20;
constexpr std::int64_t kForgottenAtOnce = 2'000;
constexpr std::size_t kColumns = 5;

// A step without SQL says that records are written which the version before does not read (session/session_record.h,
// logout/call_batch.h).
std::vector<std::string> migrations() {
  return {
      "CREATE TABLE records(number INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, key BLOB NOT "
      "NULL,"
      " kept_until INTEGER NOT NULL, sealed BLOB NOT NULL, UNIQUE(kind, key));"
      "CREATE INDEX records_by_kind ON records(kind);"
      "CREATE INDEX records_to_forget ON records(kept_until) WHERE kept_until > 0;",
      "", ""};
}

// Milliseconds since 1970; 0: until it is erased.
std::int64_t written(const std::optional<base::WallTime>& time) {
  return time ? std::chrono::duration_cast<base::milliseconds>(time->time_since_epoch()).count() : 0;
}

std::optional<base::WallTime> time_of(std::int64_t written) {
  return written == 0 ? std::nullopt : std::optional(base::WallTime(base::milliseconds(written)));
}

std::string bound_to(std::int64_t kind, std::string_view key, std::int64_t kept_until) {
  base::Packer packer;
  packer(static_cast<std::uint64_t>(kind), std::string(key), static_cast<std::uint64_t>(kept_until));
  return std::string(packer.take().reveal());
}

void write_one(const crypto::SealedBox& box, std::atomic<std::int64_t>& next_number, const RecordChange& change,
               Connection& connection) {
  const auto& record = change.record;
  const auto kind = static_cast<std::int64_t>(record.kind);
  if (change.is_erased) {
    auto erasing = connection.statement("DELETE FROM records WHERE kind=?1 AND key=?2");
    erasing.bind(1, kind).bind(2, record.key).run();
    return;
  }
  const auto kept_until = written(record.kept_until);
  const auto sealed = box.seal_bytes(record.content.reveal(), bound_to(kind, record.key, kept_until));
  auto putting = connection.statement(
      "INSERT INTO records(number, kind, key, kept_until, sealed) VALUES(?5, ?1, ?2, ?3, ?4)"
      " ON CONFLICT(kind, key) DO UPDATE SET kept_until=excluded.kept_until, sealed=excluded.sealed");
  putting.bind(1, kind).bind(2, record.key).bind(3, kept_until).bind(4, sealed);
  putting.bind(5, record.number == 0 ? next_number++ : record.number).run();
}

// number, kind, key, kept_until, sealed
std::optional<Record> open_row(const crypto::SealedBox& box, std::int64_t number, std::int64_t kind,
                               std::string_view key, std::int64_t kept_until, std::string_view sealed) {
  auto content = box.open_bytes(sealed, bound_to(kind, key, kept_until));
  if (!content) return std::nullopt;
  return Record{static_cast<RecordKind>(kind), std::string(key), base::Secret(*std::move(content)), time_of(kept_until),
                number};
}

std::optional<Record> open_row(const crypto::SealedBox& box, const Statement& row) {
  return open_row(box, row.integer(0), row.integer(1), row.bytes(2), row.integer(3), row.bytes(4));
}

void rescue_row(const crypto::SealedBox& box, const FoundRow& row, Connection& fresh, std::size_t& read,
                std::size_t& lost) {
  const auto* kind = std::get_if<std::int64_t>(&row.columns[1]);
  const auto* key = std::get_if<std::string_view>(&row.columns[2]);
  const auto* kept_until = std::get_if<std::int64_t>(&row.columns[3]);
  const auto* sealed = std::get_if<std::string_view>(&row.columns[4]);
  if (kind == nullptr || key == nullptr || kept_until == nullptr || sealed == nullptr) return;  // of another table
  if (!open_row(box, row.number, *kind, *key, *kept_until, *sealed)) {
    if (++lost <= kMostReported) base::log_error("storage.record_lost", {{"page", row.page}, {"record", row.number}});
    return;
  }
  auto putting = fresh.statement(
      "INSERT OR IGNORE INTO records(number, kind, key, kept_until, sealed) VALUES(?1, ?2, ?3, ?4, ?5)");
  putting.bind(1, row.number).bind(2, *kind).bind(3, *key).bind(4, *kept_until).bind(5, *sealed).run();
  ++read;
}

void rescue_records(const crypto::SealedBox& box, const std::string& damaged, Connection& fresh) {
  std::size_t read = 0;
  std::size_t lost = 0;
  const auto pages =
      read_rows(damaged, kColumns, [&](const FoundRow& row) { rescue_row(box, row, fresh, read, lost); });
  base::log_warning("storage.rescued", {{"file", damaged}, {"records", read}, {"lost", lost}, {"pages_lost", pages}});
}

// Some at a time, so that whoever waits for the disk gets in between; on the database's thread.
void forget(Database& database, Connection& connection, std::int64_t until) {
  std::int64_t forgotten = 0;
  {
    auto forgetting = connection.statement(
        "DELETE FROM records WHERE number IN (SELECT number FROM records WHERE kept_until > 0 AND kept_until < ?1"
        " LIMIT ?2)");
    forgetting.bind(1, until).bind(2, kForgottenAtOnce).run();
    forgotten = connection.has_failed() ? 0 : connection.changes();
  }
  if (forgotten < kForgottenAtOnce) return;
  database.write_later([&database, until](Connection& again) { forget(database, again, until); });
}

struct ReadPage {
  RecordPage page;
  std::vector<std::int64_t> unreadable;
};

}  // namespace

Result<std::unique_ptr<Records>> Records::open(std::string path, const crypto::SealingSecrets& secrets) {
  auto box = std::make_shared<const crypto::SealedBox>(secrets, "records");
  DatabaseOptions options;
  options.path = std::move(path);
  options.migrations = migrations();
  options.rescue = [box](const std::string& damaged, Connection& fresh) { rescue_records(*box, damaged, fresh); };
  std::int64_t newest = 0;
  options.on_open = [&newest](Connection& connection) {
    auto asking = connection.statement("SELECT max(number) FROM records");
    if (asking.next()) newest = asking.integer(0);
  };
  auto database = Database::open(std::move(options));
  if (!database) return database.error();
  return std::unique_ptr<Records>(new Records(std::move(box), *std::move(database), newest));
}

Work Records::work_of(MakeChanges make) const {
  return [box = box_, next = next_number_, make = std::move(make)](Connection& connection) {
    for (const auto& change : make()) write_one(*box, *next, change, connection);
  };
}

Task<Result<void>> Records::change(MakeChanges make) {
  auto writing = database_->write(work_of(std::move(make)));
  auto done = co_await writing;
  co_return done;
}

void Records::forget_over(base::WallTime now) {
  database_->write_lazily(
      [&database = *database_, until = written(now)](Connection& connection) { forget(database, connection, until); });
}

Task<Result<RecordPage>> Records::page(RecordKind kind, std::int64_t after, std::size_t limit, base::WallTime now) {
  auto read = std::make_shared<ReadPage>();
  auto reading = database_->read([read, box = box_, kind, after, limit, now = written(now)](Connection& connection) {
    *read = {};
    auto rows = connection.statement(
        "SELECT number, kind, key, kept_until, sealed FROM records WHERE kind=?1 AND number>?2"
        " AND (kept_until=0 OR kept_until>?4) ORDER BY number LIMIT ?3");
    rows.bind(1, static_cast<std::int64_t>(kind)).bind(2, after).bind(3, static_cast<std::int64_t>(limit));
    rows.bind(4, now);
    std::size_t rows_read = 0;
    for (; rows.next(); ++rows_read) {
      read->page.last = rows.integer(0);
      auto record = open_row(*box, rows);
      if (record) {
        read->page.records.push_back(*std::move(record));
      } else {
        read->unreadable.push_back(rows.integer(0));
      }
    }
    read->page.is_last = rows_read < limit;
  });
  const auto done = co_await reading;
  if (!done) co_return done.error();
  for (const auto number : read->unreadable) report_unreadable(number);
  co_return std::move(read->page);
}

Task<Result<std::optional<Record>>> Records::find(RecordKind kind, std::string key) {
  struct Found {
    std::optional<Record> record;
    std::optional<std::int64_t> unreadable;
  };
  auto found = std::make_shared<Found>();
  auto reading = database_->read([found, box = box_, kind, key = std::move(key)](Connection& connection) {
    *found = {};
    auto rows =
        connection.statement("SELECT number, kind, key, kept_until, sealed FROM records WHERE kind=?1 AND key=?2");
    rows.bind(1, static_cast<std::int64_t>(kind)).bind(2, key);
    if (!rows.next()) return;
    found->record = open_row(*box, rows);
    if (!found->record) found->unreadable = rows.integer(0);
  });
  const auto done = co_await reading;
  if (!done) co_return done.error();
  if (found->unreadable) report_unreadable(*found->unreadable);
  co_return std::move(found->record);
}

void Records::finish() { base::start_detached(done(std::numeric_limits<std::uint64_t>::max())); }

void Records::report_unreadable(std::int64_t number) {
  if (++unreadable_ > kMostReported) return;
  base::log_error("storage.record_unreadable",
                  {{"file", path()}, {"record", number}, {"fault", "damaged, or sealed with another SESSION_SECRET"}});
}

}  // namespace router::storage
