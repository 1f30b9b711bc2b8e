// Opening a state file: its schema, and what becomes of one that is damaged.
#include <sys/stat.h>

#include <cstdio>
#include <utility>

#include "base/log.h"
#include "storage/database.h"

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

// Larger files are not read through at open: what is damaged is met as it is read.
constexpr off_t kCheckedAtOpen = 64 << 20;
// "xs" and the schema's version: beside user_version, so that one flipped bit makes no newer schema.
constexpr std::int64_t kApplication = 0x7873'0000;

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

}  // namespace router::storage
