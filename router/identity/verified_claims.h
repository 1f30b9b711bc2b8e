// What verified tokens say. Values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace router::identity {

// The verified claims that the router itself uses; `json` is the whole claims object, empty where a refresh
// brought no new claims (then only issuer, subject and scopes are filled in).
struct Claims {
  std::string issuer;
  std::string subject;
  std::string idp_session_id;                   // sid
  std::string user_name;                        // preferred_username | user_name | email | sub
  std::vector<std::string> addresses;           // that an id token calls verified (identity/addresses.h)
  std::string tenant;                           // zid; ias: app_tid or zone_uuid; may be empty
  std::string subdomain;                        // of that tenant, as xsuaa says it (ext_attr.zdn); may be empty
  std::optional<base::WallTime> authenticated;  // auth_time: when the user last proved who he is
  // Empty: the token grants none. Absent: nobody has said which, as a refresh may that brings an opaque token.
  std::optional<std::vector<std::string>> scopes;
  std::string json;
};

struct LogoutToken {  // OIDC Back-Channel Logout 1.0 section 2.4, verified
  std::string issuer;
  std::string subject;         // may be empty
  std::string idp_session_id;  // may be empty, not both
  std::string jti;
};

}  // namespace router::identity
