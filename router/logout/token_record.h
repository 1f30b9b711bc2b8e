// Tokens that are to be revoked at their provider, written down as calls of their logout, so that they outlive the
// process and whoever takes over its calls goes on with them, too.
//
// Such a call has no back-end: its name says which provider and what kind of token. Pure; any thread. Source:
// docs/contract/durability.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "logout/call_record.h"
#include "session/session.h"

namespace router::logout {

struct TokenToTakeBack {
  std::string provider;  // its name
  std::string hint;      // RFC 7009 section 2.1
};
// Absent: a call to a back-end.
std::optional<TokenToTakeBack> token_of(const CallRecord& call);

// Those that the session has, in the order in which they are to be revoked: the refresh token first, for most providers
// end its access tokens with it. `number`: of the session in its logout.
std::vector<CallPtr> token_records(const session::Session& session, const std::string& logout_id, std::size_t number,
                                   base::WallTime now);

}  // namespace router::logout
