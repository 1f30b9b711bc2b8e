// Whether signed receipts are what the router signed, and all of it.
//
// Lines of compact JWS in any order; empty ones are passed over. A chain may begin anywhere (what is older is
// no longer kept); its end cannot be told from a list that was cut there, so that says what the last number
// is. Without keys only the chain is checked. Hostile input: bounded, linear. Pure; any thread. Source:
// docs/contract/durability.md "Receipts are evidence"; RFC 7515 section 5.2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/jwk.h"

namespace router::logout {

enum class ReceiptFault {
  unreadable,  // no signed receipt at all
  forged,      // signed with none of the keys
  changed,     // not what was signed, or not what the next one says that it was
  missing,     // numbers that are not there
  twice        // two different receipts of one number
};
std::string_view to_string(ReceiptFault fault);

struct ReceiptFinding {
  ReceiptFault fault = ReceiptFault::unreadable;
  std::string chain;        // empty: not known
  std::uint64_t first = 0;  // the numbers; 0: not known
  std::uint64_t last = 0;
  std::size_t line = 0;  // from 1; 0: none
  std::string detail;
};

struct CheckedChain {
  std::string chain;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::size_t receipts = 0;
};

struct ReceiptsCheck {
  std::vector<ReceiptFinding> findings;  // in the order of lines, then of chains
  std::vector<CheckedChain> chains;
  bool is_good() const { return findings.empty(); }
};

// `keys` null: signatures are not checked.
ReceiptsCheck check_receipts(std::string_view lines, const crypto::KeySet* keys);

}  // namespace router::logout
