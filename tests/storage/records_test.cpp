#include "storage/records.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "storage/stored_file.h"

namespace router::records_test {

using storage::RecordChanges;
using storage::RecordKind;
using storage::Records;
using test::all_records;
using test::make_record;
using test::open_records;
using test::put_record;
using test::run_task;
using test::TemporaryDirectory;

namespace {

// As many records as fill some dozen pages, some larger than one.
std::vector<std::string> fill(const std::string& path, int count) {
  const auto records = open_records(path);
  std::vector<std::string> written;
  for (int i = 0; i < count; ++i) {
    const auto content =
        std::string(static_cast<std::size_t>(i % 10 == 0 ? 9000 : 300), static_cast<char>('a' + i % 26));
    REQUIRE(put_record(*records, make_record("call " + std::to_string(i), content)));
    written.push_back("call " + std::to_string(i) + "=" + content);
  }
  return written;
}

// Of a file that was tampered with: whatever is still there is what was written, and the file can be written
// again.
std::size_t read_after(const std::string& path, const std::vector<std::string>& written) {
  const auto records = open_records(path);
  const std::set<std::string> known(written.begin(), written.end());
  const auto all = all_records(*records);
  for (const auto& one : all) REQUIRE(known.contains(one));
  REQUIRE(put_record(*records, make_record("after", "damage")));
  return all.size();
}

}  // namespace

TEST_CASE("records: found by kind and key, changed and erased, in the order they came in [Q1]") {
  TemporaryDirectory directory;
  const auto records = open_records(directory / "state.db");
  REQUIRE(put_record(*records, make_record("b", "1")));
  REQUIRE(put_record(*records, make_record("a", "2")));
  REQUIRE(put_record(*records, make_record("c", "3")));
  REQUIRE(put_record(*records, make_record("b", "4")));
  CHECK(all_records(*records) == std::vector<std::string>{"b=4", "a=2", "c=3"});
  REQUIRE(run_task(records->change([] { return RecordChanges{storage::erase(RecordKind::call, "a")}; })));
  CHECK(all_records(*records) == std::vector<std::string>{"b=4", "c=3"});
  CHECK(all_records(*records, RecordKind::session).empty());
  const auto found = run_task(records->find(RecordKind::call, "c"));
  REQUIRE(found);
  REQUIRE(*found);
  CHECK((*found)->content == base::Secret("3"));
  const auto absent = run_task(records->find(RecordKind::session, "c"));
  REQUIRE(absent);
  CHECK_FALSE(*absent);
}

TEST_CASE("records: what was there when it was opened is told from what came later [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  {
    const auto records = open_records(path);
    CHECK(records->newest_at_open() == 0);
    REQUIRE(put_record(*records, make_record("a", "1")));
    REQUIRE(put_record(*records, make_record("b", "2")));
  }
  const auto records = open_records(path);
  const auto newest = records->newest_at_open();
  REQUIRE(run_task(records->change([] { return RecordChanges{storage::erase(RecordKind::call, "b")}; })));
  REQUIRE(put_record(*records, make_record("c", "3")));
  const auto page = run_task(records->page(RecordKind::call, newest, 10));
  REQUIRE(page);
  REQUIRE(page->records.size() == 1);
  CHECK(page->records[0].key == "c");
}

TEST_CASE("records: a reserved number keeps its place, whoever comes in before it is used [issue 12]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  {
    const auto records = open_records(path);
    auto late = make_record("late", "2");
    late.number = records->reserve(3) + 1;
    REQUIRE(put_record(*records, make_record("early", "3")));
    REQUIRE(put_record(*records, late));
    late.content = base::Secret("4");
    REQUIRE(put_record(*records, late));
    CHECK(all_records(*records) == std::vector<std::string>{"late=4", "early=3"});
  }
  // what was reserved from the newest record on is so still
  const auto records = open_records(path);
  CHECK(records->reserve(1) >= records->newest_at_open() + Records::kMostReserved);
}

TEST_CASE("records: what is kept for a time is forgotten after it, and nothing else [Q1]") {
  TemporaryDirectory directory;
  const auto records = open_records(directory / "state.db");
  const base::WallTime now(base::seconds(1'800'000'000));
  auto short_lived = make_record("short", "1");
  short_lived.kept_until = now + base::seconds(10);
  auto longer = make_record("longer", "2");
  longer.kept_until = now + base::seconds(20);
  REQUIRE(put_record(*records, short_lived));
  REQUIRE(put_record(*records, longer));
  REQUIRE(put_record(*records, make_record("for good", "3")));
  records->forget_over(now + base::seconds(15));
  CHECK(all_records(*records) == std::vector<std::string>{"longer=2", "for good=3"});
}

TEST_CASE("records: however many are over, all are forgotten, and none of them is read before [issue 12]") {
  TemporaryDirectory directory;
  const auto records = open_records(directory / "state.db");
  const base::WallTime now(base::seconds(1'800'000'000));
  constexpr int kMany = 9'000;
  REQUIRE(run_task(records->change([now] {
    RecordChanges changes;
    for (int i = 0; i < kMany; ++i) {
      auto record = make_record("over " + std::to_string(i), "1");
      record.kept_until = now - base::seconds(1);
      changes.push_back(storage::put(record));
    }
    changes.push_back(storage::put(make_record("for good", "2")));
    return changes;
  })));
  const auto page = run_task(records->page(RecordKind::call, 0, 10, now));
  REQUIRE(page);
  REQUIRE(page->records.size() == 1);
  CHECK(page->records[0].key == "for good");
  CHECK(page->is_last);
  records->forget_over(now);
  // each read is done after the batch that was begun before it
  std::size_t left = kMany;
  for (int reads = 0; reads < 20 && left > 1; ++reads) left = all_records(*records).size();
  CHECK(left == 1);
}

TEST_CASE("records: who would not know the sessions in a file is kept from it [issue 12]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  { REQUIRE(put_record(*open_records(path), make_record("a", "1"))); }
  storage::DatabaseOptions before;
  before.path = path;
  before.migrations = {"CREATE TABLE records(number INTEGER PRIMARY KEY)"};
  const auto older = storage::Database::open(std::move(before));
  REQUIRE_FALSE(older);
  CHECK(older.error().code == base::ErrorCode::invalid_config);
  CHECK(all_records(*open_records(path)) == std::vector<std::string>{"a=1"});
}

TEST_CASE("records: another secret reads nothing, the one before still does [Q4]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  const base::Secret first("the first secret, which is long enough");
  const base::Secret second("the second secret, which is long enough");
  { REQUIRE(put_record(*open_records(path, first), make_record("a", "1"))); }
  CHECK(all_records(*open_records(path, second)).empty());
  {
    const auto records = open_records(path, {second, first});
    CHECK(all_records(*records) == std::vector<std::string>{"a=1"});
    REQUIRE(put_record(*records, make_record("b", "2")));
  }
  CHECK(all_records(*open_records(path, second)) == std::vector<std::string>{"b=2"});
}

TEST_CASE("records: no file holds what was sealed in clear, after it was erased neither [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  const std::string clear = "eyJhbGciOiJSUzI1NiJ9.token-in-clear";
  {
    const auto records = open_records(path);
    REQUIRE(put_record(*records, make_record("a", clear)));
    REQUIRE(test::bytes_in(directory.path()).find(clear) == std::string::npos);
    REQUIRE(run_task(records->change([] { return RecordChanges{storage::erase(RecordKind::call, "a")}; })));
  }
  CHECK(test::bytes_in(directory.path()).find(clear) == std::string::npos);
}

namespace {

// The long proof cuts at every byte (scripts/faults damage).
std::size_t bytes_between_cuts(std::size_t usually) {
  const char* const wanted = std::getenv("DAMAGE_EVERY");
  return wanted == nullptr ? usually : std::max(std::strtoul(wanted, nullptr, 10), 1UL);
}

}  // namespace

TEST_CASE("records: a file cut anywhere in its last 64 KiB opens, with what was not cut off [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  const auto written = fill(path, 150);
  const auto whole = test::bytes_of(path);
  REQUIRE(whole.size() > 65536);
  for (std::size_t cut = 1; cut <= 65536; cut += bytes_between_cuts(509)) {
    TemporaryDirectory other;
    const auto damaged = other / "state.db";
    test::write_bytes(damaged, whole.substr(0, whole.size() - cut));
    CAPTURE(cut);
    const auto left = read_after(damaged, written);
    // a page holds a dozen of them
    const auto lost_pages = (cut + 4095) / 4096;
    CHECK(left + lost_pages * 13 >= written.size());
  }
}

TEST_CASE("records: flipped bits cost the records on their pages, and never the start [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  const auto written = fill(path, 150);
  const auto whole = test::bytes_of(path);
  std::mt19937 random(4711);
  for (int round = 0; round < 200; ++round) {
    TemporaryDirectory other;
    const auto damaged = other / "state.db";
    auto bytes = whole;
    // each byte of the head once in a while, where every flip counts most
    const auto at = round % 3 == 0 ? random() % 100 : random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    test::write_bytes(damaged, bytes);
    CAPTURE(at);
    CHECK(read_after(damaged, written) + 13 >= written.size());
  }
}

TEST_CASE("records: a page of noise costs the records on it [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  const auto written = fill(path, 150);
  const auto whole = test::bytes_of(path);
  std::mt19937 random(42);
  for (std::size_t page = 0; page < whole.size() / 4096; page += 3) {
    TemporaryDirectory other;
    const auto damaged = other / "state.db";
    auto bytes = whole;
    for (std::size_t i = 0; i < 4096; ++i) bytes[page * 4096 + i] = static_cast<char>(random());
    test::write_bytes(damaged, bytes);
    CAPTURE(page);
    CHECK(read_after(damaged, written) + 13 >= written.size());
  }
}

TEST_CASE("records: a journal cut anywhere gives what had been committed before the cut [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  std::string file;
  std::string journal;
  std::vector<std::string> written;
  {
    const auto records = open_records(path);
    for (int i = 0; i < 20; ++i) {
      REQUIRE(put_record(*records, make_record(std::to_string(i), "x")));
      written.push_back(std::to_string(i) + "=x");
    }
    file = test::bytes_of(path);
    journal = test::bytes_of(path + "-wal");
  }
  REQUIRE(journal.size() > 40'000);
  std::size_t before = 0;
  for (std::size_t kept = 0; kept <= journal.size(); kept += bytes_between_cuts(2503)) {
    TemporaryDirectory other;
    const auto damaged = other / "state.db";
    test::write_bytes(damaged, file);
    test::write_bytes(damaged + "-wal", journal.substr(0, kept));
    CAPTURE(kept);
    const auto left = read_after(damaged, written);
    CHECK(left >= before);
    before = left;
  }
}

TEST_CASE("records: of a damaged file no state comes back that its journal has replaced [Q1]") {
  TemporaryDirectory directory;
  const auto path = directory / "state.db";
  { REQUIRE(put_record(*open_records(path), make_record("a", "old"))); }
  std::string file;
  std::string journal;
  {
    const auto records = open_records(path);
    REQUIRE(put_record(*records, make_record("a", "new")));
    file = test::bytes_of(path);
    journal = test::bytes_of(path + "-wal");
  }
  std::fill(file.begin(), file.begin() + 100, '\0');  // no head: SQLite has nothing to do with it
  TemporaryDirectory other;
  test::write_bytes(other / "state.db", file);
  test::write_bytes(other / "state.db-wal", journal);
  CHECK(all_records(*open_records(other / "state.db")) == std::vector<std::string>{"a=new"});
}

}  // namespace router::records_test
