// Revokes a session's tokens at its provider (RFC 7009), when no back-end call needs them any more.
//
// Refresh token first, then access token; after every call that carries the token has its final outcome, at
// most `revokeAfter` later: calls that are still waiting then go out without it. A failure that may pass is
// tried three times. A token that a client takes back itself is revoked at once. Background loop; the loop
// and the provider outlive it. Source: spec/logout.md sections 4 and 5.
#pragma once

#include <memory>

#include "base/loop.h"
#include "identity/providers.h"
#include "logout/receipt.h"
#include "logout/trigger.h"
#include "session/session.h"

namespace router::logout {

struct RevocationOrder {
  std::shared_ptr<identity::Providers> providers;  // keeps `provider` alive
  identity::Provider* provider = nullptr;
  session::Snapshot session;
  std::shared_ptr<Credentials> credentials;  // of the session's calls; null if there are none
  std::shared_ptr<Receipt> receipt;
  base::milliseconds at_most{60'000};
};

// Whether the tokens of a session at this provider are to be revoked: `revokeTokens`, else if the provider
// offers it.
bool wants_revocation(const config::Logout& logout, const identity::Provider& provider);

void schedule_revocation(base::Loop& loop, RevocationOrder order);

// Errors: those of Provider::revoke.
base::Task<base::Result<void>> revoke_given(identity::Providers& providers, TokenToRevoke token);

}  // namespace router::logout
