// Receipts as evidence: the book they are kept in, the key they are signed with, the chain they stand in.
//
// Made before the loops run, in the state's file or in the outbox's Redis where there is one. RECEIPT_KEY, else the key
// that is kept with the state, else one for this process; that of Redis is there a moment after the start. Owner: Parts.
// Source: docs/contract/durability.md "Receipts are evidence".
#pragma once

#include <memory>

#include "app/state.h"
#include "base/loop.h"
#include "config/model.h"
#include "logout/receipt_chain.h"

namespace router::logout {
class RedisReceiptBook;
}

namespace router::app {

struct Evidence {
  // Where the file cannot be read, a chain of its own begins, which is logged.
  Evidence(State& state, const config::Environment& environment, logout::Receipts& receipts);

  // From now on signs, on that loop; what is open for too long, too, and tells other replicas of what is open, every so
  // often.
  void start(base::Loop& background, base::Loop& signer);
  // Signs what is still open. Returns when the book has it, if it can be had soon.
  base::Task<void> finish();

  std::unique_ptr<logout::ReceiptBook> book;
  std::unique_ptr<logout::ReceiptChain> chain;

 private:
  void look(base::Loop& background);
  void sign_overdue(base::Loop& background);
  static base::Task<void> find_key(Evidence& self);
  logout::Receipts& receipts_;
  logout::RedisReceiptBook* in_redis_ = nullptr;  // `book`, where it is there
  bool wants_key_ = false;                        // that of Redis
};

}  // namespace router::app
