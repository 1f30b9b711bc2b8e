// The book where nothing outlives the process: the latest receipts, bounded in number, bytes and age.
//
// Background loop only. Owner: app/parts.
#pragma once

#include <deque>
#include <map>
#include <unordered_map>

#include "base/clock.h"
#include "logout/receipt_book.h"

namespace router::logout {

class MemoryReceiptBook final : public ReceiptBook {
 public:
  struct Bounds {
    std::size_t receipts = 20'000;
    std::size_t bytes = 64 * 1024 * 1024;
    std::chrono::hours age{30 * 24};
  };
  MemoryReceiptBook(const base::Clock& clock, Bounds bounds) : clock_(clock), bounds_(bounds) {}

  void append(SignedReceipt receipt, ChainHead head) override;
  void keep_key(std::string kid, std::string jwks) override;
  base::Task<base::Result<std::optional<SignedReceipt>>> find(std::string logout_id) override;
  base::Task<base::Result<ReceiptPage>> page(std::optional<std::uint64_t> before, std::size_t limit) override;
  base::Task<base::Result<std::vector<std::string>>> keys() override;

 private:
  struct Entry {
    SignedReceipt receipt;
    base::WallTime at;
  };
  void forget_oldest();

  const base::Clock& clock_;
  Bounds bounds_;
  std::deque<Entry> entries_;
  std::uint64_t first_ = 1;  // the place of entries_.front(), counted since the start
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, std::uint64_t> newest_of_;  // a logout: its place
  std::map<std::string, std::string> keys_;
};

}  // namespace router::logout
