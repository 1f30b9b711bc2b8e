// The checks on a security event token (SET) whose signature is right, and what it says.
//
// Refused, each with the registered code that its transmitter is told: another type than secevent+jwt (which must be
// there), `exp` or `sub`, no `jti`, `iat`, `sub_id` or `events`, an event that neither CAEP 1.0, RISC 1.0 nor SSF 1.0
// knows (config/signal_events.h), an audience that is not ours. Of an event's own members those that tell a change
// for the better from one for the worse are read, and `event_timestamp`: in seconds, or in milliseconds, as examples of
// CAEP have it. A repeated `jti` is the caller's business. Pure; any thread. Source: RFC 8417 section 2; RFC 8935
// section 2.4; OpenID Shared Signals Framework 1.0 sections 3 and 4; OpenID CAEP 1.0 sections 2 and 3.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "crypto/jws.h"
#include "identity/subject.h"

namespace router::identity {

struct ReportedEvent {
  std::string name;  // as config/signal_events.h has it: "session-revoked"
  // Something is better than before: the device complies, the risk is low, the assurance has risen.
  bool is_better = false;
  std::string state;  // of a verification, or the new status of a stream; may be empty
};

struct SecurityEvent {
  std::string issuer;
  std::string jti;
  std::string txn;  // may be empty
  Subject subject;
  std::vector<ReportedEvent> events;  // at least one
  // When it happened: the earliest `event_timestamp`, or `iat` where that is earlier; never in the future.
  base::WallTime at;
  base::WallTime issued;
  std::string initiating_entity;  // admin, user, policy, system, or empty
};

// RFC 8935 section 2.4, but for access_denied: whoever is a transmitter may say all.
enum class SetFault { invalid_request, invalid_key, invalid_issuer, invalid_audience, authentication_failed };
std::string_view to_string(SetFault fault);

struct RefusedSet {
  SetFault fault = SetFault::invalid_request;
  std::string detail;
};

std::variant<SecurityEvent, RefusedSet> check_security_event(const crypto::JwsPayload& token, std::string_view issuer,
                                                             std::string_view audience, base::WallTime now);

}  // namespace router::identity
