// A session as bytes, for the stores that write it down; what they are written with is sealed first, for they hold
// tokens, cookies and the id.
//
// Pure; any thread. Source: docs/contract/durability.md "Where state lives".
#pragma once

#include <optional>
#include <string_view>

#include "base/secret.h"
#include "session/session.h"

namespace router::session {

base::Secret pack(const Session& session);
// Absent: no session, or one of a format that this version does not know.
std::optional<Session> unpack_session(std::string_view bytes);

}  // namespace router::session
