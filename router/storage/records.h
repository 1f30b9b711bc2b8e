// What has to outlive the process, as sealed records in one SQLite file: sessions, calls, receipts, keys.
//
//   auto recording = records.change([id, bytes] { return RecordChanges{put({RecordKind::call, id, bytes})};
//   }); const auto recorded = co_await recording;   // on disk
//
// A record is found by kind and key; within a kind they come in the order they first came in. What it holds
// is sealed (AES-256-GCM) together with kind, key and time: a flipped bit, a swapped row or another secret
// makes it unreadable, which is said by file and number, and passed over. Keys are in clear: hash what is
// secret. Threads: any; see storage/database.h for who waits where and what happens when the disk is full or
// damaged. Owner: app/parts. Source: docs/contract/durability.md "SQLite", "Where state lives".
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "crypto/sealed_box.h"
#include "storage/database.h"

namespace router::storage {

// Written to files: a number keeps its meaning.
enum class RecordKind : std::int64_t {
  key = 1,
  session = 2,
  untold_session = 3,  // over, and its back-ends may not know yet
  ended_session = 4,   // a tombstone
  ended_at_provider = 5,
  call = 6,
  receipt = 7,
  note = 8,  // of session::SharedState
};

struct Record {
  RecordKind kind = RecordKind::key;
  std::string key;
  base::Secret content;
  std::optional<base::WallTime> kept_until;  // absent: until it is erased
  std::int64_t number = 0;                   // the order within its kind; of a new one 0: behind all others
};

struct RecordChange {
  Record record;
  bool is_erased = false;
};
inline RecordChange put(Record record) { return {std::move(record), false}; }
inline RecordChange erase(RecordKind kind, std::string key) { return {Record{kind, std::move(key), {}, {}, 0}, true}; }
using RecordChanges = std::vector<RecordChange>;
// Says what is to be written once its turn has come, on the database's thread: what is true then, not when it
// was asked for. Owns what it refers to; may be asked again.
using MakeChanges = std::function<RecordChanges()>;

struct RecordPage {
  std::vector<Record> records;
  std::int64_t last = 0;  // the number to go on after
  bool is_last = true;
};

class Records {
 public:
  // Errors: those of Database::open.
  static base::Result<std::unique_ptr<Records>> open(std::string path, const crypto::SealingSecrets& secrets);

  // All of them or none; in order. Errors: unavailable (kept, and done later), overloaded, internal.
  base::Task<base::Result<void>> change(MakeChanges make);
  // Nobody waits yet; what is returned, for done(), is later than all before. 0: too much waits, and it is
  // lost.
  std::uint64_t change_later(MakeChanges make) { return database_->write_later(work_of(std::move(make))); }
  base::Task<void> done(std::uint64_t number) { return database_->done(number); }
  // Nobody waits, and it may wait for others to be written with.
  void change_lazily(MakeChanges make) { database_->write_lazily(work_of(std::move(make))); }
  // All that is over by `now`, some thousand at a time, one after the other.
  void forget_over(base::WallTime now);

  // Errors of all: unavailable, overloaded, internal.
  // Without what is over by `now`.
  base::Task<base::Result<RecordPage>> page(RecordKind kind, std::int64_t after, std::size_t limit,
                                            base::WallTime now = {});
  base::Task<base::Result<std::optional<Record>>> find(RecordKind kind, std::string key);

  // Returns when all that was asked for before is done, or told that it has to wait. On no loop.
  void finish();

  // So many numbers, from the one that is returned, that no other record gets; once the file is opened again, as long as
  // the record with the first of them is there. At most kMostReserved.
  static constexpr std::int64_t kMostReserved = 64;
  std::int64_t reserve(std::size_t count) { return next_number_->fetch_add(static_cast<std::int64_t>(count)); }

  // The number of the newest record when the file was opened: what is later is this process's own.
  std::int64_t newest_at_open() const { return newest_at_open_; }
  bool is_writable() const { return database_->is_writable(); }
  const std::string& path() const { return database_->path(); }
  std::uint64_t commits() const { return database_->commits(); }

 private:
  Records(std::shared_ptr<const crypto::SealedBox> box, std::unique_ptr<Database> database, std::int64_t newest)
      : box_(std::move(box)),
        next_number_(std::make_shared<std::atomic<std::int64_t>>(newest + kMostReserved)),
        newest_at_open_(newest),
        database_(std::move(database)) {}
  Work work_of(MakeChanges make) const;
  void report_unreadable(std::int64_t number);

  std::shared_ptr<const crypto::SealedBox> box_;
  std::shared_ptr<std::atomic<std::int64_t>> next_number_;
  const std::int64_t newest_at_open_;
  std::atomic<std::size_t> unreadable_ = 0;
  std::unique_ptr<Database> database_;  // its thread ends first
};

}  // namespace router::storage
