// The outbox where nothing outlives the process: the calls that wait are the fan-out's own, and those that were given
// up are kept here.
//
// A call costs O(log n). Background loop only. Owner: app/parts.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "logout/outbox.h"

namespace router::logout {

class MemoryOutbox final : public Outbox {
 public:
  explicit MemoryOutbox(std::size_t most_buried = 1000) : most_buried_(most_buried) {}

  base::Task<base::Result<void>> record(std::vector<CallPtr> calls) override;
  base::Task<base::Result<void>> postpone(std::string call_id, unsigned attempts, base::WallTime due) override;
  base::Task<base::Result<void>> settle(std::string call_id) override;
  base::Task<base::Result<void>> bury(std::string call_id, unsigned attempts, std::string reason) override;
  base::Task<base::Result<std::vector<Unfinished>>> retry(CallFilter which, std::size_t limit) override;
  // None: there is no other process.
  base::Task<base::Result<std::vector<Unfinished>>> take_left_behind(std::size_t limit) override;
  base::Task<base::Result<std::vector<ListedCall>>> list(CallFilter filter, Page page) override;
  base::Task<base::Result<std::size_t>> buried() override { co_return buried_.size(); }
  bool is_durable() const override { return false; }
  bool is_writable() const override { return true; }

 private:
  using Number = std::uint64_t;

  // Null: not there.
  KeptCall* find(std::string_view call_id);
  void drop(Number number);

  std::size_t most_buried_;
  Number last_ = 0;
  std::map<Number, KeptCall> entries_;  // in the order they came
  std::unordered_map<std::string_view, Number> by_id_;
  std::set<Number> buried_;
};

}  // namespace router::logout
