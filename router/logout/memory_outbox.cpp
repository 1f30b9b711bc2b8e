#include "logout/memory_outbox.h"

#include <utility>

namespace router::logout {

using base::Result;
using base::Task;

namespace {

bool fits_text(const std::string& wanted, const std::string& value) { return wanted.empty() || wanted == value; }

}  // namespace

Task<Result<void>> MemoryOutbox::record(std::vector<CallPtr> calls) {
  for (auto& call : calls) {
    const auto [place, is_new] = by_id_.emplace(call->id, last_ + 1);
    if (!is_new) continue;
    const auto due = call->created;
    entries_.emplace(++last_, Entry{std::move(call), CallState::waiting, 0, due, {}});
  }
  co_return Result<void>();
}

Task<Result<void>> MemoryOutbox::postpone(std::string call_id, unsigned attempts, base::WallTime due) {
  if (Entry* entry = find(call_id)) {
    entry->attempts = attempts;
    entry->due = due;
  }
  co_return Result<void>();
}

Task<Result<void>> MemoryOutbox::settle(std::string call_id) {
  const auto found = by_id_.find(call_id);
  if (found != by_id_.end()) drop(found->second);
  co_return Result<void>();
}

Task<Result<void>> MemoryOutbox::bury(std::string call_id, unsigned attempts, std::string reason) {
  if (Entry* entry = find(call_id)) {
    entry->state = CallState::buried;
    entry->attempts = attempts;
    entry->reason = std::move(reason);
    buried_.insert(by_id_.find(call_id)->second);
    if (buried_.size() > most_buried_) drop(*buried_.begin());
  }
  co_return Result<void>();
}

Task<Result<std::vector<Unfinished>>> MemoryOutbox::retry(CallFilter which, std::size_t limit) {
  std::vector<Unfinished> chosen;
  for (auto number = buried_.begin(); number != buried_.end() && chosen.size() < limit;) {
    Entry& entry = entries_.at(*number);
    if (!matches(which, entry)) {
      ++number;
      continue;
    }
    entry.state = CallState::waiting;
    entry.attempts = 0;
    entry.due = entry.call->created;
    entry.reason.clear();
    chosen.push_back({entry.call, entry.attempts, entry.due});
    number = buried_.erase(number);
  }
  co_return chosen;
}

Task<Result<std::vector<Unfinished>>> MemoryOutbox::take_left_behind(std::size_t) {
  co_return std::vector<Unfinished>();
}

Task<Result<std::vector<ListedCall>>> MemoryOutbox::list(CallFilter filter, Page page) {
  std::vector<ListedCall> listed;
  for (const auto& [number, entry] : entries_) {
    if (listed.size() == page.limit) break;
    if (!matches(filter, entry)) continue;
    if (page.offset > 0) {
      --page.offset;
      continue;
    }
    const CallRecord& call = *entry.call;
    listed.push_back(
        {call.id, call.logout_id, call.back_end, entry.state, entry.attempts, entry.reason, call.created, entry.due});
  }
  co_return listed;
}

bool MemoryOutbox::matches(const CallFilter& filter, const Entry& entry) {
  const CallRecord& call = *entry.call;
  return (!filter.state || *filter.state == entry.state) && fits_text(filter.call_id, call.id) &&
         fits_text(filter.logout_id, call.logout_id) && fits_text(filter.back_end, call.back_end);
}

MemoryOutbox::Entry* MemoryOutbox::find(std::string_view call_id) {
  const auto found = by_id_.find(call_id);
  return found == by_id_.end() ? nullptr : &entries_.at(found->second);
}

void MemoryOutbox::drop(Number number) {
  const auto found = entries_.find(number);
  by_id_.erase(found->second.call->id);
  buried_.erase(number);
  entries_.erase(found);
}

}  // namespace router::logout
