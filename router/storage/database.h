// A SQLite file and the one thread that works on it: what waits is done in one transaction, made durable by
// one fsync.
//
//   auto writing = database.write([row](Connection& connection) { ... });
//   const auto written = co_await writing;   // on disk, or unavailable
//
// No loop ever waits for the disk: a coroutine goes on, on the loop it waited on, once its transaction is
// committed; who is on no loop waits on the spot. Work runs in the order it came in. What one did wrong is undone, and it
// alone hears of it: all are run again then, each in a savepoint of its own.
//
// Disk full, or away: whoever waits is told unavailable, is_writable() is false, one line a minute says so,
// and writes are kept in their order (at most `most_kept`, beyond which they are lost and counted) and done
// once the disk is back. A damaged file is moved aside (NAME.damaged-SECONDS), at open or while it runs;
// `rescue` puts into the new one what can be read of it. A file of a newer schema is refused; one that
// another process has open, too. Owner: app/parts, which destroys it after the loops have stopped: what waits
// then is still written. Threads: any, but for `Work`, which runs on the database's own and owns what it
// refers to. Source: docs/contract/durability.md "SQLite"; sqlite.org/wal.html.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "storage/connection.h"
#include "storage/file_lock.h"

namespace router::storage {

// May be run again, when all that it did has been undone.
using Work = std::function<void(Connection& connection)>;

struct DatabaseOptions {
  std::string path;
  // SQL that leads from version i to i + 1; as many as there are is the schema's version.
  std::vector<std::string> migrations;
  // Reads `damaged`, a file that nobody has open (its journal beside it, as SQLite names it), into the new
  // one.
  std::function<void(const std::string& damaged, Connection& fresh)> rescue;
  // Asked of the file once, before anything else.
  std::function<void(Connection& connection)> on_open;
  std::size_t most_kept = 50'000;
  std::size_t most_waiting = 200'000;
  base::milliseconds retry_every{1'000};
};

class Database {
 public:
  // Errors: unavailable (the disk), conflict (open elsewhere), invalid_config (a newer schema); each says
  // what to do.
  static base::Result<std::unique_ptr<Database>> open(DatabaseOptions options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Errors of both: unavailable (a write is kept all the same), overloaded (it is not), internal.
  base::Task<base::Result<void>> write(Work work);
  base::Task<base::Result<void>> read(Work work);
  // Writes that nobody waits for yet. They wait for company: for some milliseconds, or for a second at most. Returned:
  // for done(); 0: too much waits, and it is lost.
  std::uint64_t write_later(Work work) { return enqueue({std::move(work), nullptr, false, Hurry::soon}); }
  void write_lazily(Work work) { enqueue({std::move(work), nullptr, false, Hurry::lazy}); }

  // That one, and all that was asked for before it, is done, or has to wait for the disk. At once where that is so by now.
  base::Task<void> done(std::uint64_t number);

  bool is_writable() const { return writable_; }
  // Transactions committed since the start: how much is done by each.
  std::uint64_t commits() const { return commits_; }
  const std::string& path() const { return options_.path; }

 private:
  struct Waiter {
    base::Loop* home = nullptr;
    std::coroutine_handle<> handle;
    bool is_done = false;  // with `mutex` held, where nobody is on a loop
    std::mutex mutex;
    std::condition_variable told;
    base::Result<void> result;
  };
  enum class Hurry { lazy, soon, now };
  struct Job {
    Work work;
    std::shared_ptr<Waiter> waiter;  // null: nobody waits, or has been told
    bool is_read = false;
    Hurry hurry = Hurry::now;
    std::uint64_t number = 0;  // rising
  };
  using Jobs = std::deque<Job>;
  struct Wait;

  Database(DatabaseOptions options, FileLock lock) : options_(std::move(options)), lock_(std::move(lock)) {}

  base::Task<base::Result<void>> wait_for(Job job);
  std::uint64_t enqueue(Job job);
  std::size_t& waiting(Hurry hurry) { return hurry_.at(static_cast<std::size_t>(hurry)); }
  static void tell(Job& job, base::Result<void> result);
  void note_done(const Jobs& jobs);
  static base::Error disk_away(const std::string& detail);

  // On the worker, or before it starts:
  base::Result<void> open_connection();
  base::Result<std::int64_t> check_schema();
  bool is_sound();
  base::Result<void> replace_damaged(const std::string& why);
  void run();
  Jobs next_jobs();
  void run_jobs(Jobs jobs);
  std::optional<Failure> run_in_transaction(Jobs& jobs);
  enum class Isolation { together, apart };
  std::optional<Failure> run_all(const Jobs& jobs, std::vector<base::Result<void>>& results, Isolation isolation);
  std::optional<Failure> run_one(const Job& job);
  void keep(Jobs jobs, const Failure& failure);
  void run_kept();
  void say_not_writable(const Failure& failure);
  void say_writable();

  const DatabaseOptions options_;
  const FileLock lock_;
  std::unique_ptr<Connection> connection_;  // the worker's

  std::mutex mutex_;
  std::condition_variable arrived_;
  Jobs waiting_;
  std::array<std::size_t, 3> hurry_{};  // how many of those
  std::uint64_t last_number_ = 0;
  std::atomic<bool> stopping_ = false;  // set with the mutex held

  std::atomic<bool> writable_ = true;
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> done_ = 0;  // the highest number of which that is known

  // the worker's
  Jobs kept_;
  std::size_t lost_ = 0;
  base::SteadyTime next_retry_{};
  base::SteadyTime last_said_{};
  bool has_said_ = false;
  std::thread worker_;
};

}  // namespace router::storage
