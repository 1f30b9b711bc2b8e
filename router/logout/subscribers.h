// Who else is told that a session has ended: subscribers of the router's signals, each a back-end of the fan-out that is
// told by a security event token.
//
// One CAEP session-revoked a session. Its subject is the user and, where the provider has named it, the provider's
// session, so that a receiver with sessions of the same provider ends those that belong to it; where only this router's
// time was over, it is this router's own name of the session, which is nobody else's. Whoever has told it is not told
// back: a subscriber whose audience, or the origin of whose URL, is that of the transmitter. `txn` is that of the signal
// that it came from, else one of this router's own, by which a signal that comes back is known (logout/signal_receiver.h).
// Pure; any thread. Source: OpenID CAEP 1.0 sections 2 and 3.1; RFC 9493; RFC 8417 section 2.2;
// docs/contract/signals.md "Out".
#pragma once

#include <string>
#include <vector>

#include "logout/call_targets.h"
#include "logout/trigger.h"

namespace router::logout {

// CallTarget::name begins so, the audience follows.
inline constexpr std::string_view kSubscriberTarget = "subscriber:";

CallTargets make_subscriber_targets(const config::Configuration& config);

// What a logout says of itself to them.
struct Told {
  const Trigger& trigger;
  std::string own_transaction;  // where no signal brought one
  base::WallTime now;
};
// None of a session that is nobody's.
std::vector<Call> signals_for(const session::Session& session, const CallTargets& subscribers, const Told& told,
                              const std::optional<ForwardedRequest>& request);

// That the way to it is open: the event that it has asked for, with its `state` (may be empty). SSF 1.0 section 8.1.4.
Call verification_for(std::shared_ptr<const CallTarget> subscriber, const std::string& state, const std::string& origin,
                      base::WallTime now);

}  // namespace router::logout
