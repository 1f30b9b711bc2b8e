// One refresh of one session, from the store through the provider and back to the store. See login/refresh.h.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "login/refresh.h"

namespace router::login {

base::Task<base::Result<session::Snapshot>> refresh_session(session::SessionId id, SharedParts parts);

}  // namespace router::login
