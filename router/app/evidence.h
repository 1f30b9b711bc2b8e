// Receipts as evidence: the book they are kept in, the key they are signed with, the chain they stand in.
//
// Made before the loops run, in the state's file where there is one. RECEIPT_KEY, else the key that is kept
// with the state, else one for this process. Owner: Parts. Source: docs/contract/durability.md "Receipts are
// evidence".
#pragma once

#include <memory>

#include "app/state.h"
#include "base/loop.h"
#include "config/model.h"
#include "logout/receipt_chain.h"

namespace router::app {

struct Evidence {
  // Where the file cannot be read, a chain of its own begins, which is logged.
  Evidence(State& state, const config::Environment& environment, logout::Receipts& receipts);

  // From now on signs what is open for too long, every so often.
  void start(base::Loop& background);

  std::unique_ptr<logout::ReceiptBook> book;
  std::unique_ptr<logout::ReceiptChain> chain;

 private:
  void look(base::Loop& background);
  logout::Receipts& receipts_;
};

}  // namespace router::app
