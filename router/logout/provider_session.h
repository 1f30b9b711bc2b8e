// Ends the user's session at the identity provider itself, where the browser's way out does not lead there
// (`alwaysInvalidate`).
//
// Without the browser, with the id token as hint; a failure that may pass is tried three times. The answer to
// the browser never waits for it; the receipt says what became of it. Background loop; loop and receipts outlive it.
// Source: Java agents, "Logout" ("Always invalidate sessions"); docs/contract/logout.md section 2.
#pragma once

#include <memory>

#include "base/loop.h"
#include "identity/providers.h"
#include "logout/receipt.h"
#include "session/session.h"

namespace router::logout {

void end_provider_session(base::Loop& loop, Receipts& receipts, std::shared_ptr<identity::Providers> providers,
                          session::Snapshot session, std::shared_ptr<Receipt> receipt);

}  // namespace router::logout
