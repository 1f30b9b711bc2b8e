// What the tokens of sessions say is out of date: the next request of each brings new ones, before a back-end sees it.
//
// They are taken for expired, so that whatever holds for expired tokens holds for them (login/refresh.h), and those of
// services are dropped. A session that cannot renew them leaves every application: it asks for a login. Those that came
// since stay. In batches, so that other work of the loop gets its turn. Background loop. Errors:
// unavailable (the store is away). Source: docs/contract/signals.md "In"; OpenID CAEP 1.0 section 3.2.
#pragma once

#include "logout/parts.h"

namespace router::logout {

// Of all sessions that fit.
base::Task<base::Result<void>> outdate_tokens(const Parts& parts, session::SessionFilter filter);

}  // namespace router::logout
