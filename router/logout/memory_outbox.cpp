#include "logout/memory_outbox.h"

#include <utility>

namespace router::logout {

using base::Result;
using base::Task;

Task<Result<void>> MemoryOutbox::record(std::vector<CallPtr> calls) {
  for (auto& call : calls) {
    const auto [place, is_new] = by_id_.emplace(call->id, last_ + 1);
    if (!is_new) continue;
    const auto due = call->created;
    entries_.emplace(++last_, KeptCall{{std::move(call), 0, due}, CallState::waiting, {}});
  }
  co_return Result<void>();
}

Task<Result<void>> MemoryOutbox::postpone(std::string call_id, unsigned attempts, base::WallTime due) {
  if (KeptCall* kept = find(call_id)) {
    kept->unfinished.attempts = attempts;
    kept->unfinished.due = due;
  }
  co_return Result<void>();
}

Task<Result<void>> MemoryOutbox::settle(std::string call_id) {
  const auto found = by_id_.find(call_id);
  if (found != by_id_.end()) drop(found->second);
  co_return Result<void>();
}

Task<Result<void>> MemoryOutbox::bury(std::string call_id, unsigned attempts, std::string reason) {
  if (KeptCall* kept = find(call_id)) {
    kept->state = CallState::buried;
    kept->unfinished.attempts = attempts;
    kept->reason = std::move(reason);
    buried_.insert(by_id_.find(call_id)->second);
    if (buried_.size() > most_buried_) drop(*buried_.begin());
  }
  co_return Result<void>();
}

Task<Result<std::vector<Unfinished>>> MemoryOutbox::retry(CallFilter which, std::size_t limit) {
  std::vector<Unfinished> chosen;
  for (auto number = buried_.begin(); number != buried_.end() && chosen.size() < limit;) {
    KeptCall& kept = entries_.at(*number);
    if (!matches(which, kept)) {
      ++number;
      continue;
    }
    const auto& call = kept.unfinished.call;
    kept = {{call, 0, call->created}, CallState::waiting, {}};
    chosen.push_back(kept.unfinished);
    number = buried_.erase(number);
  }
  co_return chosen;
}

Task<Result<std::vector<Unfinished>>> MemoryOutbox::take_left_behind(std::size_t) {
  co_return std::vector<Unfinished>();
}

Task<Result<std::vector<ListedCall>>> MemoryOutbox::list(CallFilter filter, Page page) {
  std::vector<ListedCall> calls;
  for (const auto& [number, kept] : entries_) {
    if (calls.size() == page.limit) break;
    if (!matches(filter, kept)) continue;
    if (page.offset > 0) {
      --page.offset;
      continue;
    }
    calls.push_back(listed(kept));
  }
  co_return calls;
}

KeptCall* MemoryOutbox::find(std::string_view call_id) {
  const auto found = by_id_.find(call_id);
  return found == by_id_.end() ? nullptr : &entries_.at(found->second);
}

void MemoryOutbox::drop(Number number) {
  const auto found = entries_.find(number);
  by_id_.erase(found->second.unfinished.call->id);
  buried_.erase(number);
  entries_.erase(found);
}

}  // namespace router::logout
