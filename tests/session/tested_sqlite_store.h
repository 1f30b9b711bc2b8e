// A store in a file; the process may end and begin anew.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "session/sqlite_store.h"
#include "session/store_contract.h"
#include "storage/stored_file.h"

namespace router::test {

class TestedSqliteStore final : public TestedStore {
 public:
  explicit TestedSqliteStore(const session::StoreLimits& limits = {}) : limits_(limits) { open(); }

  session::Store& store() override { return *store_; }
  FakeClock& clock() override { return clock_; }

  void stop() {
    store_.reset();
    records_.reset();
  }
  void open(bool restores = true) {
    records_ = open_records(path());
    store_ = std::make_unique<session::SqliteStore>(records_, clock_, limits_);
    if (restores) run_task(store_->restore());
  }
  void restart(bool restores = true) {
    stop();
    open(restores);
  }
  // The file as it is now is what is left, and nothing is said to it any more.
  void crash() {
    const TemporaryDirectory kept;
    run_task(records_->page(storage::RecordKind::key, 0, 1)).has_value();  // what waits is written
    for (const char* beside : {"", "-wal"}) std::filesystem::copy(path() + beside, kept / "copy" + beside);
    stop();
    std::filesystem::remove(path());
    for (const char* beside : {"", "-wal"}) std::filesystem::copy(kept / "copy" + beside, path() + beside);
    open();
  }
  std::string path() const { return directory_ / "state.db"; }
  std::string bytes() const { return bytes_in(directory_.path()); }
  storage::Records& records() { return *records_; }

 private:
  TemporaryDirectory directory_;
  FakeClock clock_;
  session::StoreLimits limits_;
  std::shared_ptr<storage::Records> records_;
  std::unique_ptr<session::SqliteStore> store_;
};

}  // namespace router::test
