#include "storage/database.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "base/current_loop.h"
#include "base/guarded.h"
#include "base/log.h"
#include "storage/store_metrics.h"

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr std::size_t kMostInOne = 4096;  // works of one transaction
constexpr base::milliseconds kLazyWait{1'000};
constexpr base::milliseconds kSayEvery{60'000};
// Larger files are not read through at open: what is damaged is met as it is read.
constexpr off_t kCheckedAtOpen = 64 << 20;
// "xs" and the schema's version: beside user_version, so that one flipped bit makes no newer schema.
constexpr std::int64_t kApplication = 0x7873'0000;

Error disk_away(const std::string& detail) { return {ErrorCode::unavailable, Side::store, detail, true}; }

base::SteadyTime now() { return std::chrono::steady_clock::now(); }

std::int64_t one_number(Connection& connection, std::string_view sql) {
  auto asked = connection.statement(sql);
  return asked.next() ? asked.integer(0) : 0;
}

Error newer_schema(const std::string& path, std::int64_t found, std::size_t known) {
  return {ErrorCode::invalid_config, Side::store,
          path + " has schema " + std::to_string(found) + ", written by a newer version of xs-router; this one knows " +
              std::to_string(known) + ": start the newer one, or with another STATE_DIR"};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options) {
  auto lock = FileLock::take(options.path);
  if (!lock) return lock.error();
  std::unique_ptr<Database> database(new Database(std::move(options), *std::move(lock)));
  auto opened = database->open_connection();
  if (!opened) return opened.error();
  if (database->options_.on_open) database->options_.on_open(*database->connection_);
  if (const auto failure = database->connection_->take_failure()) return disk_away(failure->detail);
  database->worker_ = std::thread([made = database.get()] { made->run(); });
  return database;
}

Database::~Database() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (worker_.joinable()) worker_.join();
}

Result<void> Database::open_connection() {
  auto opened = Connection::open(options_.path);
  if (!opened) return opened.error();
  connection_ = *std::move(opened);
  const auto version = check_schema();
  if (!version) return version.error();
  auto failure = connection_->take_failure();
  if (!failure && *version >= 0 && is_sound()) return {};
  if (failure && failure->kind != FailureKind::damaged) return disk_away(failure->detail);
  return replace_damaged(failure ? failure->detail : "the pages do not fit together");
}

// The version it has now; below 0: the head of the file is damaged.
Result<std::int64_t> Database::check_schema() {
  const auto newest = static_cast<std::int64_t>(options_.migrations.size());
  std::int64_t version = one_number(*connection_, "PRAGMA user_version");
  const std::int64_t application = one_number(*connection_, "PRAGMA application_id");
  if (connection_->has_failed()) return version;
  const bool is_new = version == 0 && application == 0;
  if (!is_new && application != kApplication + version) return std::int64_t{-1};
  if (version > newest) return newer_schema(options_.path, version, options_.migrations.size());
  if (version == newest) return version;
  connection_->execute("BEGIN IMMEDIATE");
  for (; version < newest; ++version) connection_->execute(options_.migrations[static_cast<std::size_t>(version)]);
  connection_->execute("PRAGMA user_version=" + std::to_string(newest));
  connection_->execute("PRAGMA application_id=" + std::to_string(kApplication + newest));
  connection_->execute("COMMIT");
  return version;
}

bool Database::is_sound() {
  struct stat state {};
  if (::stat(options_.path.c_str(), &state) != 0 || state.st_size > kCheckedAtOpen) return true;
  auto check = connection_->statement("PRAGMA quick_check(1)");
  const bool is_fine = check.next() && check.bytes(0) == "ok";
  const auto failure = connection_->take_failure();
  return is_fine && !failure;
}

Result<void> Database::replace_damaged(const std::string& why) {
  connection_.reset();
  const std::string& path = options_.path;
  std::string aside = path + ".damaged-" + std::to_string(base::unix_seconds(std::chrono::system_clock::now()));
  struct stat state {};
  for (int i = 2; ::stat(aside.c_str(), &state) == 0 && i < 100; ++i) aside.append("x");
  base::log_error("storage.damaged", {{"file", path}, {"kept_as", aside}, {"fault", why}});
  if (std::rename(path.c_str(), aside.c_str()) != 0) return disk_away(path + ": cannot be moved aside");
  std::rename((path + "-wal").c_str(), (aside + "-wal").c_str());
  std::remove((path + "-shm").c_str());
  auto opened = Connection::open(path);
  if (!opened) return opened.error();
  connection_ = *std::move(opened);
  const auto version = check_schema();
  if (!version) return version.error();
  connection_->execute("BEGIN IMMEDIATE");
  if (options_.rescue && !connection_->has_failed()) options_.rescue(aside, *connection_);
  connection_->execute("COMMIT");
  const auto failure = connection_->take_failure();
  if (!failure) return {};
  // not the new one, of which something is missing: the old one is read again next time
  connection_.reset();
  for (const char* beside : {"-wal", "-shm", ""}) std::remove((path + beside).c_str());
  std::rename(aside.c_str(), path.c_str());
  std::rename((aside + "-wal").c_str(), (path + "-wal").c_str());
  return disk_away(failure->detail);
}

// A suspended coroutine: it is told by a turn of its own loop.
struct Database::Wait {
  Database& database;
  Job job;
  std::shared_ptr<Waiter> waiter;
  base::SteadyTime began = now();

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    waiter->home = base::current_loop();
    waiter->handle = handle;
    database.enqueue(std::move(job));  // the last word: the worker may be done before it returns
  }
  void await_resume() const noexcept { file_metrics().note(began, waiter->result.has_value()); }
};

Task<Result<void>> Database::wait_for(Job job) {
  auto waiter = job.waiter = std::make_shared<Waiter>();
  if (base::current_loop() != nullptr) {
    Wait wait{*this, std::move(job), waiter};
    co_await wait;
    co_return std::move(waiter->result);
  }
  enqueue(std::move(job));
  std::unique_lock lock(waiter->mutex);
  waiter->told.wait(lock, [&] { return waiter->is_done; });
  co_return std::move(waiter->result);
}

Task<Result<void>> Database::write(Work work) { return wait_for({std::move(work), nullptr, false, false}); }

Task<Result<void>> Database::read(Work work) { return wait_for({std::move(work), nullptr, true, false}); }

void Database::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < options_.most_waiting) {
      if (!job.is_lazy) ++urgent_;
      waiting_.push_back(std::move(job));
      if (urgent_ == 0 && waiting_.size() > 1) return;
      arrived_.notify_one();
      return;
    }
  }
  tell(job, Error{ErrorCode::overloaded, Side::store, options_.path + ": too much waits to be written", true});
}

void Database::tell(Job& job, Result<void> result) {
  auto waiter = std::exchange(job.waiter, nullptr);
  if (!waiter) return;
  waiter->result = std::move(result);
  if (waiter->home != nullptr) {
    waiter->home->post([waiter] { waiter->handle.resume(); });
    return;
  }
  const std::lock_guard lock(waiter->mutex);
  waiter->is_done = true;
  waiter->told.notify_one();
}

void Database::run() {
  for (;;) {
    auto jobs = next_jobs();
    if (!kept_.empty() && (now() >= next_retry_ || stopping_)) run_kept();
    if (!jobs.empty()) {
      run_jobs(std::move(jobs));
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (stopping_ && waiting_.empty()) return;
  }
}

// Empty: there is nothing to do but, perhaps, to try again what was kept.
Database::Jobs Database::next_jobs() {
  std::unique_lock lock(mutex_);
  const auto has_urgent = [this] { return urgent_ > 0 || stopping_; };
  if (!kept_.empty()) {
    arrived_.wait_until(lock, next_retry_, has_urgent);
  } else {
    arrived_.wait(lock, [&] { return !waiting_.empty() || stopping_; });
    arrived_.wait_for(lock, kLazyWait, has_urgent);
  }
  Jobs jobs;
  if (waiting_.size() <= kMostInOne) {
    jobs.swap(waiting_);
  } else {
    const auto end = waiting_.begin() + kMostInOne;
    jobs.insert(jobs.end(), std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
  }
  for (const auto& job : jobs) urgent_ -= job.is_lazy ? 0 : 1;
  return jobs;
}

void Database::run_jobs(Jobs jobs) {
  if (!writable_) {
    // Reads are answered; writes join those before them, in their order.
    Jobs writes;
    for (auto& job : jobs) {
      if (!job.is_read) {
        writes.push_back(std::move(job));
        continue;
      }
      Jobs one;
      one.push_back(std::move(job));
      const auto failure = run_in_transaction(one);
      if (failure) tell(one.front(), disk_away(failure->detail));
    }
    return keep(std::move(writes), {FailureKind::away, options_.path + " is not writable"});
  }
  auto failure = run_in_transaction(jobs);
  if (failure && failure->kind == FailureKind::damaged) {
    const auto replaced = replace_damaged(failure->detail);
    failure = replaced ? run_in_transaction(jobs) : Failure{FailureKind::away, replaced.error().detail};
  }
  if (failure) keep(std::move(jobs), *failure);
}

// Absent: committed, and all have been told. Else nothing has changed, nobody has been told.
std::optional<Failure> Database::run_in_transaction(Jobs& jobs) {
  if (connection_ == nullptr) {
    if (const auto opened = open_connection(); !opened) return Failure{FailureKind::away, opened.error().detail};
  }
  std::vector<Result<void>> results(jobs.size());
  connection_->execute("BEGIN");
  for (std::size_t i = 0; i < jobs.size() && !connection_->has_failed(); ++i) {
    connection_->statement("SAVEPOINT work").run();
    try {
      jobs[i].work(*connection_);
    } catch (...) {
      results[i] = base::caught_error();
    }
    auto failure = connection_->take_failure();
    if (failure && failure->kind != FailureKind::refused) {
      connection_->execute("ROLLBACK");
      connection_->take_failure();  // SQLite may have rolled back itself
      return failure;
    }
    if (failure) {
      base::log_error("storage.refused", {{"fault", failure->detail}});
      results[i] = Error{ErrorCode::internal, Side::store, failure->detail};
    }
    if (!results[i]) connection_->statement("ROLLBACK TO work").run();
    connection_->statement("RELEASE work").run();
  }
  connection_->statement("COMMIT").run();
  if (auto failure = connection_->take_failure()) {
    connection_->execute("ROLLBACK");
    connection_->take_failure();
    return failure;
  }
  ++commits_;
  for (std::size_t i = 0; i < jobs.size(); ++i) tell(jobs[i], std::move(results[i]));
  return std::nullopt;
}

void Database::keep(Jobs jobs, const Failure& failure) {
  if (jobs.empty()) return;
  // before anybody hears of it
  if (writable_.exchange(false)) next_retry_ = now() + options_.retry_every;
  for (auto& job : jobs) {
    tell(job, disk_away(failure.detail));
    if (job.is_read) continue;
    if (kept_.size() < options_.most_kept) {
      kept_.push_back(std::move(job));
    } else {
      ++lost_;
    }
  }
  say_not_writable(failure);
}

void Database::run_kept() {
  while (!kept_.empty()) {
    const auto count = std::min(kept_.size(), kMostInOne);
    Jobs jobs;
    for (std::size_t i = 0; i < count; ++i) {
      jobs.push_back(std::move(kept_.front()));
      kept_.pop_front();
    }
    const auto failure = run_in_transaction(jobs);
    if (!failure) continue;
    kept_.insert(kept_.begin(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
    next_retry_ = now() + options_.retry_every;
    say_not_writable(*failure);
    if (stopping_) {
      base::log_error("storage.lost", {{"file", options_.path}, {"writes", kept_.size() + lost_}});
      kept_.clear();
    }
    return;
  }
  say_writable();
}

void Database::say_not_writable(const Failure& failure) {
  writable_ = false;
  if (has_said_ && now() - last_said_ < kSayEvery) return;
  has_said_ = true;
  last_said_ = now();
  base::log_error("storage.not_writable",
                  {{"file", options_.path}, {"fault", failure.detail}, {"kept", kept_.size()}, {"lost", lost_}});
}

void Database::say_writable() {
  if (writable_) return;
  base::log_warning("storage.writable_again", {{"file", options_.path}, {"lost", lost_}});
  writable_ = true;
  lost_ = 0;
  has_said_ = false;
}

}  // namespace router::storage
