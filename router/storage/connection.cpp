#include "storage/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr int kBusyTimeout = 2'000;  // ms

FailureKind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return FailureKind::damaged;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return FailureKind::away;
    default:
      return FailureKind::refused;
  }
}

Error cannot_open(const std::string& path, const char* why) {
  return {ErrorCode::unavailable, Side::store, path + ": " + why, true};
}

// Before SQLite sees it: what SQLite makes beside it has the same mode.
Result<void> make_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return cannot_open(path, std::strerror(errno));
  struct stat state {};
  const bool is_private = ::fstat(file, &state) == 0 && S_ISREG(state.st_mode) &&
                          ((state.st_mode & 0777) == kOwnerOnly || ::fchmod(file, kOwnerOnly) == 0);
  ::close(file);
  if (!is_private) return cannot_open(path, "is no file that can be made its owner's alone");
  return {};
}

}  // namespace

Statement::~Statement() {
  if (prepared_ == nullptr) return;
  sqlite3_reset(prepared_);
  sqlite3_clear_bindings(prepared_);
}

Statement& Statement::bind(int place, std::int64_t number) {
  if (prepared_ != nullptr && !connection_.has_failed()) {
    const int code = sqlite3_bind_int64(prepared_, place, number);
    if (code != SQLITE_OK) connection_.fail(code);
  }
  return *this;
}

Statement& Statement::bind(int place, std::string_view bytes) {
  if (prepared_ != nullptr && !connection_.has_failed()) {
    // a null pointer would be NULL, which is not the empty blob
    const int code =
        sqlite3_bind_blob64(prepared_, place, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) connection_.fail(code);
  }
  return *this;
}

bool Statement::next() {
  if (prepared_ == nullptr || connection_.has_failed()) return false;
  const int code = sqlite3_step(prepared_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(code);
  return false;
}

void Statement::run() {
  while (next()) {
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(prepared_, column); }

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(prepared_, column));
  return data == nullptr ? std::string_view()
                         : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column)));
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path) {
  if (auto made = make_private(path); !made) return made.error();
  sqlite3* handle = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr);
  if (code != SQLITE_OK) {
    auto error = cannot_open(path, sqlite3_errstr(code));
    sqlite3_close_v2(handle);
    return error;
  }
  std::unique_ptr<Connection> connection(new Connection(handle, path));
  connection->set_up();
  return connection;
}

Connection::~Connection() {
  for (auto& [sql, prepared] : prepared_) sqlite3_finalize(prepared);
  sqlite3_close_v2(handle_);
}

void Connection::set_up() {
  sqlite3_busy_timeout(handle_, kBusyTimeout);
  for (const char* pragma : {"PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON", "PRAGMA secure_delete=ON",
                             "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-16384", "PRAGMA journal_mode=WAL",
                             "PRAGMA synchronous=FULL", "PRAGMA journal_size_limit=67108864"}) {
    execute(pragma);
  }
}

Statement Connection::statement(std::string_view sql) {
  if (has_failed()) return {*this, nullptr};
  const auto known = prepared_.find(sql);
  if (known != prepared_.end()) return {*this, known->second};
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &prepared, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
    return {*this, nullptr};
  }
  prepared_.emplace(sql, prepared);
  return {*this, prepared};
}

void Connection::execute(const std::string& sql) {
  if (has_failed()) return;
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Connection::fail(int code) {
  if (!failure_) failure_ = Failure{kind_of(code), path_ + ": " + sqlite3_errmsg(handle_)};
}

std::optional<Failure> Connection::take_failure() { return std::exchange(failure_, std::nullopt); }

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_); }

}  // namespace router::storage
