#include "logout/memory_receipt_book.h"

#include <algorithm>

namespace router::logout {

using base::Result;
using base::Task;

void MemoryReceiptBook::append(SignedReceipt receipt, ChainHead) {
  const auto now = clock_.wall();
  newest_of_[receipt.logout_id] = first_ + entries_.size();
  bytes_ += receipt.jws.size();
  entries_.push_back({std::move(receipt), now});
  // what was just signed is kept, whatever its size
  while (entries_.size() > 1 &&
         (entries_.size() > bounds_.receipts || bytes_ > bounds_.bytes || entries_.front().at + bounds_.age <= now)) {
    forget_oldest();
  }
}

void MemoryReceiptBook::forget_oldest() {
  const auto& oldest = entries_.front().receipt;
  const auto newest = newest_of_.find(oldest.logout_id);
  if (newest != newest_of_.end() && newest->second == first_) newest_of_.erase(newest);
  bytes_ -= oldest.jws.size();
  entries_.pop_front();
  ++first_;
}

void MemoryReceiptBook::keep_key(std::string kid, std::string jwks) { keys_[std::move(kid)] = std::move(jwks); }

Task<Result<std::optional<SignedReceipt>>> MemoryReceiptBook::find(std::string logout_id) {
  const auto found = newest_of_.find(logout_id);
  if (found == newest_of_.end()) co_return std::optional<SignedReceipt>();
  co_return std::optional(entries_[found->second - first_].receipt);
}

Task<Result<ReceiptPage>> MemoryReceiptBook::page(std::optional<std::uint64_t> before, std::size_t limit) {
  ReceiptPage page;
  const auto end = first_ + entries_.size();
  auto place = std::min(before.value_or(end), end);
  while (place > first_ && page.receipts.size() < limit) page.receipts.push_back(entries_[--place - first_].receipt);
  if (place > first_) page.next = place;
  co_return page;
}

Task<Result<std::vector<std::string>>> MemoryReceiptBook::keys() {
  std::vector<std::string> all;
  for (const auto& [kid, jwks] : keys_) all.push_back(jwks);
  co_return all;
}

}  // namespace router::logout
