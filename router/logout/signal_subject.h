// Whose sessions the subject of a signal means.
//
// iss_sub: of that issuer and subject (in a complex subject: of `session` a `sid`). email and phone_number: what the id
// token says is verified, compared as the provider wrote it. opaque: a `sid` (in a complex subject: of `session`; of
// `user` a `sub`). account: the user name. aliases: any of them. Of a complex one all members have to fit, as far as a
// session can tell: `group` by the claim `groups`; `device` by `device_id` or `deviceid`, and where a session's claims
// name no device, it fits if user or session are named beside it: a device that cannot be told from others is lost with
// all of them. Roles and formats that the router knows nothing of fit nobody. Pure; any thread. Source: RFC 9493
// section 3.2; OpenID Shared Signals Framework 1.0 sections 3.2 and 3.3; docs/contract/signals.md "In".
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "identity/providers.h"
#include "identity/subject.h"
#include "session/store.h"

namespace router::logout {

struct MeantSessions {
  // Each with sessions that began no later than the event; none: nobody's. Never one that every session fits.
  std::vector<session::SessionFilter> filters;
  // Those that are on their way, as far as the provider could name them.
  std::vector<session::EndedAtProvider> logins;
  // A user of another issuer than the one that has spoken was named, and is not meant.
  bool names_others = false;
};

// Whose users are meant where the subject does not say.
struct MeantIssuers {
  std::vector<std::string> names;
  bool has_spoken = false;  // the signal is its own: nobody else's users are meant, whatever it says
};
MeantIssuers issuers_meant_by(const std::string& transmitter, const identity::Providers& bound);

MeantSessions sessions_meant_by(const identity::Subject& subject, const MeantIssuers& issuers, base::WallTime at);

// Besides what it asks already.
void add_condition(session::SessionFilter& filter, std::function<bool(const session::Session&)> condition);

}  // namespace router::logout
