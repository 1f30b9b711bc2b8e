// What a login takes over from the anonymous session of its browser: the back-ends' cookies, under a new id.
//
// So that who has filled a cart, or signed in at a back-end, still has it once the router knows him too.
// Never across tenants. References outlive the Task. Loop: the request's. Source: docs/contract/descriptor.md
// "Session".
#pragma once

#include <vector>

#include "base/task.h"
#include "login/parts.h"

namespace router::login {

// Of `held`, what the browser holds, the one anonymous session ends, and what it was in its last moment goes
// over to `session`, which is in no store yet: it is returned. Null: there is none, nobody can say which, or
// the browser holds a user's.
base::Task<session::Snapshot> take_anonymous_jar(const Parts& parts, std::vector<session::Snapshot> held,
                                                 session::Session& session);

// What took its place has come in, or not: then the back-ends hear of its end. Null: there was none.
base::Task<void> settle_anonymous(const Parts& parts, session::Snapshot anonymous, bool has_come_in);
// The session has ended, and no back-end has to hear of it.
base::Task<void> tell_nobody(const Parts& parts, session::SessionId ended);

}  // namespace router::login
