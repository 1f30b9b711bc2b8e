// Receipts as they were signed, kept for as long as the operator wants to be able to show them.
//
// Nobody waits for an append: whoever asks afterwards finds it, and a durable book has it on disk soon, in
// the order of the appends and each together with where its chain goes on. Background loop only, but for what
// is asked before the loops run. Owner: app/parts. Source: docs/contract/durability.md "Receipts are
// evidence".
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace router::logout {

// The newest of a logout says all; `earlier` leads to what was signed of it before.
struct SignedReceipt {
  std::string logout_id;
  std::string chain;
  std::uint64_t number = 0;   // in the chain, from 1
  std::uint64_t earlier = 0;  // the number before, of the same logout; 0: none
  std::string jws;
};
// For base/packed.h.
template <class Archive, class Receipt>
requires std::same_as<std::remove_const_t<Receipt>, SignedReceipt>
void fields(Archive& archive, Receipt& receipt) {
  archive(receipt.logout_id, receipt.chain, receipt.number, receipt.earlier, receipt.jws);
}

// Where a chain goes on.
struct ChainHead {
  std::string chain;         // empty: there is none yet
  std::uint64_t number = 0;  // of the last receipt
  std::string previous;      // base64url of the SHA-256 of its compact JWS; empty: none
};

struct ReceiptPage {
  std::vector<SignedReceipt> receipts;  // newest first
  std::optional<std::uint64_t> next;    // what to ask for the next page with; absent: that was all
};

// A public key is kept for as long as what it signs until it is kept again, and some more.
inline constexpr std::chrono::hours kReceiptKeyMargin{48};

class ReceiptBook {
 public:
  virtual ~ReceiptBook() = default;

  // Errors of all: unavailable. `head`: where the chain goes on after it.
  virtual void append(SignedReceipt receipt, ChainHead head) = 0;
  // What is not signed yet, or not in this form, for who asks another replica: the receipt as JSON (logout/receipt.h).
  // Good for ten minutes, or until the next append(). A book of one process needs none.
  virtual void sketch(std::string, std::string) {}
  virtual base::Task<base::Result<std::optional<std::string>>> find_sketch(std::string) {
    co_return std::optional<std::string>();
  }
  // A public key, as JWKS, that is to be found for as long as what it has signed up to a day from now.
  virtual void keep_key(std::string kid, std::string jwks) = 0;

  // The newest of that logout; absent: none.
  virtual base::Task<base::Result<std::optional<SignedReceipt>>> find(std::string logout_id) = 0;
  // Those before that number of the book, without one the newest.
  virtual base::Task<base::Result<ReceiptPage>> page(std::optional<std::uint64_t> before, std::size_t limit) = 0;
  // Those of keep_key(), as JWKS documents.
  virtual base::Task<base::Result<std::vector<std::string>>> keys() = 0;
};

}  // namespace router::logout
