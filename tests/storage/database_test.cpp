#include "storage/database.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "base/current_loop.h"
#include "storage/stored_file.h"

namespace router::database_test {

using base::ErrorCode;
using storage::Connection;
using storage::Database;
using storage::DatabaseOptions;
using test::run_task;
using test::TemporaryDirectory;

namespace {

DatabaseOptions options_for(const std::string& path) {
  DatabaseOptions options;
  options.path = path;
  options.migrations = {"CREATE TABLE things(name BLOB PRIMARY KEY, size INTEGER) STRICT"};
  options.retry_every = base::milliseconds(10);
  return options;
}

std::unique_ptr<Database> open(DatabaseOptions options) {
  auto opened = Database::open(std::move(options));
  if (!opened) FAIL(describe(opened.error()));
  return *std::move(opened);
}

storage::Work put_thing(std::string name, std::int64_t size = 1) {
  return [name = std::move(name), size](Connection& connection) {
    auto putting = connection.statement("INSERT INTO things(name, size) VALUES(?1, ?2)");
    putting.bind(1, name).bind(2, size).run();
  };
}

bool put(Database& database, const std::string& name) { return run_task(database.write(put_thing(name))).has_value(); }

std::int64_t count(Database& database) {
  auto found = std::make_shared<std::int64_t>(-1);
  const auto read = run_task(database.read([found](Connection& connection) {
    auto counting = connection.statement("SELECT count(*) FROM things");
    if (counting.next()) *found = counting.integer(0);
  }));
  return read ? *found : -1;
}

// A disk that takes files of so many bytes only, for as long as this lives.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : before_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, before_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  void (*before_handler_)(int);
};

}  // namespace

TEST_CASE("database: what was written is there after it was opened again, in a file of its owner alone [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  {
    const auto database = open(options_for(path));
    CHECK(put(*database, "one"));
    CHECK(put(*database, std::string("t\0wo", 4)));
    struct stat state {};
    for (const char* beside : {"", "-wal", ".lock"}) {
      REQUIRE(::stat((path + beside).c_str(), &state) == 0);
      CHECK((state.st_mode & 0777) == 0600);
    }
  }
  CHECK(count(*open(options_for(path))) == 2);
}

TEST_CASE("database: a file that others may read is made private [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  test::write_bytes(path, "");
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  const auto database = open(options_for(path));
  struct stat state {};
  REQUIRE(::stat(path.c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);
}

TEST_CASE("database: who waits on a loop goes on on that loop, and never on the database's thread [Q1]") {
  TemporaryDirectory directory;
  const auto database = open(options_for(directory / "state.db"));
  test::FakeClock clock;
  class PostingLoop final : public base::Loop {
   public:
    void post(std::function<void()> work) override {
      const std::lock_guard lock(mutex_);
      posted_ = std::move(work);
      ++posts;
    }
    void after(base::milliseconds, std::function<void()>) override {}
    bool is_current() const override { return true; }
    bool turn() {
      std::function<void()> work;
      {
        const std::lock_guard lock(mutex_);
        work.swap(posted_);
      }
      if (work) work();
      return work != nullptr;
    }
    std::atomic<int> posts = 0;

   private:
    std::mutex mutex_;
    std::function<void()> posted_;
  } loop;
  const base::CurrentLoop current(loop);
  std::optional<base::Result<void>> result;
  base::start_detached(test::detail::store_result(database->write(put_thing("one")), result));
  while (loop.posts == 0) std::this_thread::yield();
  CHECK_FALSE(result);
  CHECK(loop.turn());
  REQUIRE(result);
  CHECK(*result);
}

TEST_CASE("database: what many ask for at once shares transactions [Q1]") {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  TemporaryDirectory directory;
  const auto database = open(options_for(directory / "state.db"));
  std::atomic<int> written = 0;
  std::atomic<bool> go = false;
  // nothing is committed until all wait
  database->write_later([&go](Connection&) {
    while (!go) std::this_thread::yield();
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < kEach; ++k) {
        if (put(*database, std::to_string(i) + "." + std::to_string(k))) ++written;
      }
    });
  }
  go = true;
  for (auto& thread : threads) thread.join();
  CHECK(written == kThreads * kEach);
  CHECK(count(*database) == kThreads * kEach);
  CHECK(database->commits() <= kThreads * kEach + 2);
}

TEST_CASE("database: what one does wrong is undone, and it alone hears of it [Q1]") {
  TemporaryDirectory directory;
  const auto database = open(options_for(directory / "state.db"));
  REQUIRE(put(*database, "one"));
  const auto failed = run_task(database->write([](Connection& connection) {
    put_thing("two")(connection);
    put_thing("one")(connection);
  }));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::internal);
  const auto thrown = run_task(database->write([](Connection& connection) {
    put_thing("three")(connection);
    throw std::bad_alloc();
  }));
  REQUIRE_FALSE(thrown);
  CHECK(thrown.error().code == ErrorCode::internal);
  CHECK(count(*database) == 1);
  CHECK(put(*database, "four"));
  CHECK(database->is_writable());
}

TEST_CASE("database: what one of a transaction does wrong is undone, and what the others did is written [issue 12]") {
  TemporaryDirectory directory;
  const auto database = open(options_for(directory / "state.db"));
  std::atomic<bool> go = false;
  database->write_later([&go](Connection&) {
    while (!go) std::this_thread::yield();
  });
  database->write_later(put_thing("one"));
  database->write_later([](Connection& connection) {
    put_thing("two")(connection);
    put_thing("one")(connection);
  });
  database->write_later([](Connection& connection) {
    put_thing("three")(connection);
    throw std::bad_alloc();
  });
  database->write_later(put_thing("four"));
  go = true;
  CHECK(count(*database) == 2);
  CHECK(put(*database, "three"));
  CHECK(database->is_writable());
}

TEST_CASE("database: what nobody waits for is written when it is closed [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  {
    const auto database = open(options_for(path));
    database->write_lazily(put_thing("one"));
    database->write_later(put_thing("two"));
    database->write_lazily(put_thing("three"));
  }
  CHECK(count(*open(options_for(path))) == 3);
}

TEST_CASE("database: a second process is told that the file is in use [Q1]") {
  TemporaryDirectory directory;
  const auto database = open(options_for(directory / "state.db"));
  const auto second = Database::open(options_for(directory / "state.db"));
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK(second.error().detail.find("STATE_DIR") != std::string::npos);
}

TEST_CASE("database: an older schema is brought up to date, a newer one refused [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  auto newer = options_for(path);
  newer.migrations.emplace_back("ALTER TABLE things ADD COLUMN colour BLOB");
  { REQUIRE(put(*open(options_for(path)), "one")); }
  {
    const auto database = open(newer);
    CHECK(count(*database) == 1);
    CHECK(run_task(
        database->write([](Connection& connection) { connection.execute("UPDATE things SET colour=x'00'"); })));
  }
  const auto older = Database::open(options_for(path));
  REQUIRE_FALSE(older);
  CHECK(older.error().code == ErrorCode::invalid_config);
  CHECK(older.error().detail.find("newer version") != std::string::npos);
  CHECK(count(*open(newer)) == 1);
}

TEST_CASE("database: a full disk is said to who waits, reads go on, and nothing is lost once there is room [Q1]") {
  TemporaryDirectory directory;
  const auto database = open(options_for(directory / "state.db"));
  REQUIRE(put(*database, "before"));
  {
    const SmallDisk small(8192);
    const auto first = run_task(database->write(put_thing(std::string(100'000, 'x'))));
    REQUIRE_FALSE(first);
    CHECK(first.error().code == ErrorCode::unavailable);
    CHECK_FALSE(database->is_writable());
    CHECK_FALSE(put(*database, "kept"));
    CHECK(count(*database) == 1);
  }
  while (!database->is_writable()) std::this_thread::yield();
  CHECK(count(*database) == 3);
  CHECK(put(*database, "after"));
}

TEST_CASE("database: a work that throws because the disk is away is kept, too [issue 12]") {
  TemporaryDirectory directory;
  const auto database = open(options_for(directory / "state.db"));
  REQUIRE(put(*database, "before"));
  {
    const SmallDisk small(8192);
    const auto thrown = run_task(database->write([](Connection& connection) {
      connection.execute("PRAGMA cache_size=-64");  // so that it does not all wait for the commit
      put_thing(std::string(1'000'000, 'x'))(connection);
      if (connection.has_failed()) throw std::bad_alloc();
    }));
    REQUIRE_FALSE(thrown);
    CHECK(thrown.error().code == ErrorCode::unavailable);
    CHECK_FALSE(database->is_writable());
  }
  while (!database->is_writable()) std::this_thread::yield();
  CHECK(count(*database) == 2);
}

TEST_CASE("database: what is no database is moved aside, and a new one is begun [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  for (const std::string& junk : {std::string(20'000, 'j'), std::string("SQLite format 3\0", 16) + "and no more"}) {
    test::write_bytes(path, junk);
    const auto database = open(options_for(path));
    CHECK(put(*database, "one"));
    CHECK(count(*database) == 1);
  }
  std::size_t aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    aside += entry.path().string().find(".damaged-") != std::string::npos ? 1 : 0;
  CHECK(aside == 2);
}

TEST_CASE("database: a directory that is not there is an error that names it [Q1]") {
  const auto opened = Database::open(options_for("/nowhere/at/all/state.db"));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::unavailable);
  CHECK(opened.error().detail.find("/nowhere/at/all") != std::string::npos);
}

}  // namespace router::database_test
