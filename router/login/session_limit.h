// LIMIT_SESSIONS_PER_USER: a user's oldest sessions make room for the newest one.
//
// Each ends like one that timed out: its back-ends are told, on the background loop. A store that cannot say
// which they are costs nobody the login. References outlive the Task. Source: docs/contract/oidc.md 68; OWASP
// ASVS 7.1.2.
#pragma once

#include "base/task.h"
#include "login/parts.h"

namespace router::login {

// `newest` is in the store already.
base::Task<void> make_room(const Parts& parts, const session::Session& newest);

}  // namespace router::login
