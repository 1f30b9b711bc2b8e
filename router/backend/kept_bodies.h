// Bodies made of static files, compressed or with their placeholders filled in: made once, kept within a bound.
//
//   auto body = co_await bodies.get(key, loop, make);
// Who asks for a body that is being made waits for it, on whatever loop. The ones used longest ago make room.
// Thread-safe. Owner: app/parts, so that they outlive a reload. Sizes in bytes.
#pragma once

#include <compare>
#include <coroutine>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backend/compressed_body.h"
#include "backend/file_root.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "http/accept_encoding.h"

namespace router::backend {

// Which file, as it was when; with which values of placeholders; in which coding.
struct BodyKey {
  explicit BodyKey(const OpenFile& file)
      : device(file.device), inode(file.inode), size(file.size), modified(file.modified) {}

  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t size;
  base::WallTime modified;
  std::uint64_t values = 0;  // fingerprint; 0: the file has no placeholders
  std::optional<http::Coding> coding;

  auto operator<=>(const BodyKey&) const = default;
};

class KeptBodies {
 public:
  using Body = std::shared_ptr<const std::string>;
  using Made = base::Result<Body>;
  static constexpr std::size_t kMost = 64 * 1024 * 1024;
  static constexpr std::uint64_t kLarge = 64 * 1024;

  explicit KeptBodies(std::size_t most = kMost) : most_(most) {}
  KeptBodies(const KeptBodies&) = delete;
  KeptBodies& operator=(const KeptBodies&) = delete;

  // Null: not there. Does not wait.
  Body find(const BodyKey& key);

  // `make` runs if nobody makes it already; its error is that of all who wait for it. A file that was written within
  // the last second at `now` may be written again without a new time: what is made of it is not kept.
  base::Task<Made> get(BodyKey key, base::Loop& loop, base::WallTime now, base::Task<base::Result<std::string>> make);

  std::size_t size() const;
  // How many files of that size are compressed at a time: a new release is asked for by everybody at once.
  CompressionSlots& makers(std::uint64_t size) { return size > kLarge ? makers_of_large_ : makers_; }

 private:
  struct Flight {
    struct Waiter {
      base::Loop* loop;
      std::coroutine_handle<> handle;
    };
    std::optional<Made> landed;
    std::vector<Waiter> waiters;
  };
  struct Joined {
    Body body;                       // it is there
    std::shared_ptr<Flight> flight;  // or being made
    bool is_ours = false;            // by us
  };
  struct Entry {
    BodyKey key;
    Body body;
  };
  using Entries = std::list<Entry>;
  class Landing;
  class Maker;

  Joined join(const BodyKey& key);
  void land(const BodyKey& key, Flight& flight, Made made, bool keep);
  Body find_locked(const BodyKey& key);
  void keep_locked(const BodyKey& key, Body body);

  const std::size_t most_;
  CompressionSlots makers_{64};
  CompressionSlots makers_of_large_{2};
  mutable std::mutex mutex_;
  Entries entries_;  // the one used last in front
  std::map<BodyKey, Entries::iterator> index_;
  std::map<BodyKey, std::shared_ptr<Flight>> flights_;
  std::size_t size_ = 0;
};

}  // namespace router::backend
