// A directory for one test's files, and what tests do to them that no program should: cut, flip, look into.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/task.h"
#include "storage/records.h"
#include "support/run_task.h"
#include "support/temporary_folder.h"

namespace router::test {

// In memory where there is such a place: tests open hundreds of files, each with its fsyncs.
class TemporaryDirectory : public TemporaryFolder {
 public:
  TemporaryDirectory()
      : TemporaryFolder(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path()) {}
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return std::move(all).str();
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// All files of a directory, one after the other.
inline std::string bytes_in(const std::filesystem::path& directory) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) all += bytes_of(entry.path().string());
  return all;
}

inline const crypto::SealingSecrets kTestSecrets{base::Secret("secret of the records that tests write, long enough")};

inline std::unique_ptr<storage::Records> open_records(const std::string& path,
                                                      const crypto::SealingSecrets& secrets = kTestSecrets) {
  auto opened = storage::Records::open(path, secrets);
  if (!opened) FAIL(describe(opened.error()));
  return *std::move(opened);
}

inline storage::Record make_record(const std::string& key, const std::string& content) {
  return {storage::RecordKind::call, key, base::Secret(content), std::nullopt, 0};
}

inline bool put_record(storage::Records& records, const storage::Record& record) {
  return run_task(records.change([record] { return storage::RecordChanges{storage::put(record)}; })).has_value();
}

// key=content of all of a kind, in their order.
inline std::vector<std::string> all_records(storage::Records& records,
                                            storage::RecordKind kind = storage::RecordKind::call) {
  std::vector<std::string> all;
  std::int64_t after = 0;
  for (bool is_last = false; !is_last;) {
    auto page = run_task(records.page(kind, after, 100));
    REQUIRE(page);
    for (const auto& record : page->records) all.push_back(record.key + "=" + std::string(record.content.reveal()));
    after = page->last;
    is_last = page->is_last;
  }
  return all;
}

}  // namespace router::test
