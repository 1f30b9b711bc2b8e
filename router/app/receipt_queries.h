// What the management port answers about receipts: those of the book, and before them those that are still
// open.
//
// Background loop. Errors: not_found, unavailable. Source: docs/contract/operations.md "Management port".
#pragma once

#include <string>

#include "app/parts.h"
#include "management/operations.h"

namespace router::app {

// JSON: `logouts`, newest first, and `next_cursor` where there may be more. Looks at some hundred receipts at
// a time: a page may have fewer than `limit`, or none, and go on all the same.
base::Task<base::Result<std::string>> list_receipts(Parts& parts, management::ReceiptQuestion question);
// JSON, or the compact JWS of what was signed last.
base::Task<base::Result<std::string>> show_receipt(Parts& parts, std::string logout_id, bool as_jws);

}  // namespace router::app
