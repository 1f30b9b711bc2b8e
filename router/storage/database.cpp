#include "storage/database.h"

#include <algorithm>
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
constexpr base::milliseconds kSoonWait{5};
constexpr base::milliseconds kSayEvery{60'000};

base::SteadyTime now() { return std::chrono::steady_clock::now(); }

}  // namespace

Error Database::disk_away(const std::string& detail) { return {ErrorCode::unavailable, Side::store, detail, true}; }

Database::~Database() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (worker_.joinable()) worker_.join();
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

Task<Result<void>> Database::write(Work work) { return wait_for({std::move(work), nullptr, false}); }

Task<Result<void>> Database::read(Work work) { return wait_for({std::move(work), nullptr, true}); }

std::uint64_t Database::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < options_.most_waiting) {
      const auto hurry = job.hurry;
      const auto number = job.number = ++last_number_;
      const bool is_first = ++waiting(hurry) == 1;
      waiting_.push_back(std::move(job));
      if (is_first || hurry == Hurry::now) arrived_.notify_one();
      return number;
    }
  }
  tell(job, Error{ErrorCode::overloaded, Side::store, options_.path + ": too much waits to be written", true});
  return 0;
}

Task<void> Database::done(std::uint64_t number) {
  if (number <= done_) co_return;
  auto reading = read([](Connection&) {});
  (void)co_await reading;
}

// In the order of their numbers, but for reads that overtake writes which have to wait for the disk anyway.
void Database::note_done(const Jobs& jobs) {
  if (jobs.back().number > done_) done_ = jobs.back().number;
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
  const auto is_awaited = [this] { return waiting(Hurry::now) > 0 || stopping_; };
  const auto is_due_soon = [&] { return is_awaited() || waiting(Hurry::soon) > 0; };
  if (!kept_.empty()) {
    arrived_.wait_until(lock, next_retry_, is_due_soon);
  } else {
    arrived_.wait(lock, [&] { return !waiting_.empty() || stopping_; });
    arrived_.wait_for(lock, kLazyWait, is_due_soon);
    // who settles a logout's calls one by one writes once
    if (waiting(Hurry::soon) > 0) arrived_.wait_for(lock, kSoonWait, is_awaited);
  }
  Jobs jobs;
  if (waiting_.size() <= kMostInOne) {
    jobs.swap(waiting_);
  } else {
    const auto end = waiting_.begin() + kMostInOne;
    jobs.insert(jobs.end(), std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
  }
  for (const auto& job : jobs) --waiting(job.hurry);
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
  // a savepoint costs a copy of each page that is changed in it
  auto failure = run_all(jobs, results, Isolation::together);
  if (failure && failure->kind == FailureKind::refused) failure = run_all(jobs, results, Isolation::apart);
  if (failure) return failure;
  ++commits_;
  note_done(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) tell(jobs[i], std::move(results[i]));
  return std::nullopt;
}

// Together what one does wrong undoes all; apart that one, whose result says so.
std::optional<Failure> Database::run_all(const Jobs& jobs, std::vector<Result<void>>& results, Isolation isolation) {
  const bool are_apart = isolation == Isolation::apart;
  connection_->statement("BEGIN").run();
  auto failure = connection_->take_failure();
  for (std::size_t i = 0; i < jobs.size() && !failure; ++i) {
    if (are_apart) connection_->statement("SAVEPOINT work").run();
    failure = run_one(jobs[i]);
    if (are_apart && failure && failure->kind == FailureKind::refused) {
      base::log_error("storage.refused", {{"fault", failure->detail}});
      results[i] = Error{ErrorCode::internal, Side::store, failure->detail};
      failure.reset();
      connection_->statement("ROLLBACK TO work").run();
    }
    if (are_apart && !failure) connection_->statement("RELEASE work").run();
  }
  if (!failure) {
    connection_->statement("COMMIT").run();
    failure = connection_->take_failure();
  }
  if (!failure) return std::nullopt;
  connection_->execute("ROLLBACK");
  connection_->take_failure();  // SQLite may have rolled back itself
  return failure;
}

std::optional<Failure> Database::run_one(const Job& job) {
  try {
    job.work(*connection_);
  } catch (...) {
    // what threw may have missed what a disk that is away did not give it
    auto failure = connection_->take_failure();
    if (failure && failure->kind != FailureKind::refused) return failure;
    return Failure{FailureKind::refused, base::caught_error().detail};
  }
  return connection_->take_failure();
}

void Database::keep(Jobs jobs, const Failure& failure) {
  if (jobs.empty()) return;
  // before anybody hears of it
  if (writable_.exchange(false)) next_retry_ = now() + options_.retry_every;
  note_done(jobs);
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
