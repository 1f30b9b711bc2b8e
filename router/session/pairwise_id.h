// What one back-end knows a session by: a name that is another one at each back-end and tells nothing of the session's id,
// which nobody but its browser may have.
//
// 43 characters of base64url. Pure; any thread. Source: OpenID Connect Core 1.0 section 8.1; docs/contract/signals.md
// "Out".
#pragma once

#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "session/session.h"

namespace router::session {

inline std::string pairwise_id(const SessionId& id, std::string_view back_end) {
  std::string text("xs-router/session-of/");
  text.append(back_end).append("/").append(id.reveal());
  return crypto::base64url_encode(crypto::sha256(text));
}

}  // namespace router::session
