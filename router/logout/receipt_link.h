// The user's own proof: which applications have confirmed a logout, for the browser that logged out and
// nobody else.
//
// What lets it see its receipts is a sealed cookie, good for ten minutes; nothing is stored for it.
// `receipt_link` off: there is no cookie, no link and no page. Names are the destinations' titles, else their
// names. Immutable but for what it refers to; background loop only. Owner: app/parts, beyond reloads. Units:
// seconds. Source: docs/contract/durability.md "Receipts are evidence".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/sealed_box.h"
#include "http/headers.h"
#include "http/pages.h"
#include "logout/receipt.h"
#include "logout/receipt_book.h"

namespace router::logout {

inline constexpr std::string_view kReceiptPath = "/xs-router/receipt";
inline constexpr base::seconds kReceiptLinkLifetime{600};

class ReceiptLinks {
 public:
  // `secrets.current` empty: a random key for this process. `book` outlives it; null: only receipts that are
  // open, or just were.
  ReceiptLinks(const crypto::SealingSecrets& secrets, const base::Clock& clock, const Receipts& receipts,
               ReceiptBook* book);

  // The cookie's value.
  std::string seal(const std::vector<std::shared_ptr<Receipt>>& receipts) const;
  // The logouts that the request's cookie of that name is about; empty: none, or no more.
  std::vector<std::string> logouts_of(const http::Headers& request, std::string_view cookie_name) const;
  // Absent: nothing is known of them. By title, each once; of several calls to one the least finished counts.
  base::Task<std::optional<std::vector<http::pages::Confirmation>>> confirmations(std::vector<std::string> logouts);

 private:
  std::optional<std::vector<std::string>> open(std::string_view sealed) const;

  const base::Clock& clock_;
  const Receipts& receipts_;
  ReceiptBook* book_;
  crypto::SealedBox box_;
};

}  // namespace router::logout
