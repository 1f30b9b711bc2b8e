// The book in the file of the outbox: what was signed outlives the process, and the chain with its key goes
// on.
//
// Records of RecordKind::receipt: one by its number, one a logout with the number of its newest, one for
// where the chain goes on; each receipt is written with the other two or not at all. Keys are records of
// RecordKind::key. Background loop, but for open() and signing_key(), before the loops run. Owner: app/state.
// Source: docs/contract/durability.md "Receipts are evidence".
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/secret.h"
#include "logout/receipt_book.h"
#include "storage/records.h"

namespace router::logout {

class SqliteReceiptBook final : public ReceiptBook {
 public:
  // `kept`: so long after it was signed.
  SqliteReceiptBook(std::shared_ptr<storage::Records> records, const base::Clock& clock, std::chrono::hours kept)
      : records_(std::move(records)), clock_(clock), kept_(kept) {}

  // Where the chain goes on; before anything is appended.
  base::Task<base::Result<ChainHead>> open();
  // The private key that is kept there, as PEM; where there is none, what `make` makes is kept.
  base::Task<base::Result<base::Secret>> signing_key(std::function<base::Secret()> make);

  void append(SignedReceipt receipt, ChainHead head) override;
  void keep_key(std::string kid, std::string jwks) override;
  base::Task<base::Result<std::optional<SignedReceipt>>> find(std::string logout_id) override;
  base::Task<base::Result<ReceiptPage>> page(std::optional<std::uint64_t> before, std::size_t limit) override;
  base::Task<base::Result<std::vector<std::string>>> keys() override;

 private:
  base::Task<base::Result<std::optional<SignedReceipt>>> at(std::uint64_t number);

  std::shared_ptr<storage::Records> records_;
  const base::Clock& clock_;
  std::chrono::hours kept_;
  std::uint64_t newest_ = 0;
};

}  // namespace router::logout
