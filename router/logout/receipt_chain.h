// Makes evidence of receipts: each signed as a compact JWS that names the one before it, so that none can be
// taken out, put in or changed without showing.
//
// Signed is the final form of a receipt (Receipt::is_final). One that is open for longer than
// Receipts::kOverdue, or when the router stops, is signed as it is then, with `state` "open"; its final form
// follows as a receipt of its own. So does what becomes of a call that was given up and is tried again: of
// several of one logout the one with the highest number holds. The payload is the receipt (logout/receipt.h,
// to_json) and before it: `chain`, `number` (rising by one), `previous` (base64url of the SHA-256 of the
// compact JWS before, empty in the first), `signedAt` (Unix seconds), `state`.
//
// A signature costs more than all else of a logout: where there is a signer, a loop, they are made there one after the
// other, one a turn, so that what else is done there has not to wait for all of them; and it alone knows where the chain
// goes on. Else background loop only. Owner: app/parts. Source: docs/contract/durability.md "Receipts are evidence";
// RFC 7515.
#pragma once

#include <coroutine>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/loop.h"
#include "crypto/jose_json.h"
#include "crypto/signing_key.h"
#include "logout/receipt.h"
#include "logout/receipt_book.h"

namespace router::logout {

// The header's `typ`.
inline constexpr std::string_view kReceiptType = "logout-receipt+jws";

class ReceiptChain {
 public:
  // Goes on after `head`; where that names no chain, a new one begins. `key`: ES256.
  ReceiptChain(crypto::SigningKey key, ReceiptBook& book, const base::Clock& clock, ChainHead head = {});

  // From now on.
  void sign_with(crypto::SigningKey key);
  // From now on on that loop, which this outlives; the book hears of it on `home`. Before anything is added.
  void sign_on(base::Loop& signer, base::Loop& home);
  void add(Receipt& receipt);
  // Returns when the book has all that was added before.
  base::Task<void> all_kept();
  // Where it goes on; where there is a signer, on its loop.
  const ChainHead& head() const { return head_; }
  // The public keys of all that is in the book, as one JWKS. Errors: unavailable.
  base::Task<base::Result<std::string>> public_keys() const;

 private:
  struct Unsigned {
    crypto::SigningKey key;
    std::string logout_id;
    std::shared_ptr<std::uint64_t> signed_as;  // its last number; 0: none yet
    std::string text;                          // of the payload, from `signedAt` on
  };
  struct Turn;
  void keep_key();
  std::optional<SignedReceipt> sign(const Unsigned& given);
  static base::Task<void> sign_and_keep(ReceiptChain& self, Unsigned given);
  void take_turn();

  crypto::SigningKey key_;
  ReceiptBook& book_;
  const base::Clock& clock_;
  base::Loop* signer_ = nullptr;  // null: whoever adds signs
  base::Loop* home_ = nullptr;
  ChainHead head_;
  std::deque<std::coroutine_handle<>> turns_;  // the signer's
  std::optional<base::WallTime> key_kept_;
};

// base64url of the SHA-256 of a compact JWS, as `previous` says it.
std::string receipt_hash(std::string_view jws);
// Of a signed receipt, and of its payload.
inline constexpr crypto::JsonBounds kReceiptBounds{2 * 1024 * 1024, crypto::kMaxJsonDepth, 256 * 1024};
// The newest form of a receipt that the book knows, as JSON. Absent: none. Errors: those of the book.
base::Task<base::Result<std::optional<std::string>>> read_newest(ReceiptBook& book, std::string logout_id);
// The payload's text; empty: that is no compact JWS. Not verified.
std::string unverified_payload(std::string_view jws);

}  // namespace router::logout
