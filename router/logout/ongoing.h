// What logout remembers beyond a reload of the configuration, besides fan-out and receipts, and on this replica only:
// who sends bad tokens or makes ids up, how the streams of signals do, the revocations under way.
//
// Owner: app/parts, one per process. Background loop only. Source: OpenID Connect Back-Channel Logout 1.0
// section 2.6; docs/contract/oidc.md 101, 105; docs/contract/reliability.md O6.
#pragma once

#include "logout/revocation.h"
#include "logout/signal_states.h"
#include "session/address_limit.h"
#include "session/doors.h"
#include "session/token_attempt.h"

namespace router::logout {

struct Ongoing {
  Ongoing(base::Loop& background, Receipts& receipts, Outbox& outbox,
          std::shared_ptr<session::Doors> with = std::make_shared<session::Doors>())
      : doors(std::move(with)), revocations(background, receipts, outbox) {}

  const std::shared_ptr<session::Doors> doors;  // for clients that take tokens back; those of logins, too

  session::BadTokens bad_logout_tokens;  // and hints
  // Front-channel requests by address, which nobody signs: guesses at sids that no session has. An office signs out at
  // once, so more than a few.
  session::AddressLimit unknown_sids{300};
  // Ids that are nobody's, of one address, whatever way of logging out it takes (logout/held_sessions.h).
  static constexpr unsigned kHeldLookUps = 6'000;   // a minute: an office signs out at once
  static constexpr unsigned kUnseenSessions = 256;  // in ten minutes
  session::AddressLimit held_look_ups{kHeldLookUps};
  session::AddressLimit unseen_sessions{kUnseenSessions, base::minutes(10)};
  // Of one address, whatever it sends: counted before anything of it is looked at, on any thread.
  session::AddressLimit signal_senders{2000, base::seconds(1), 4096};
  // Of one issuer from one address, good ones and bad ones, which count more: what a login can stand beside it.
  base::AttemptLimit signals{1000, base::seconds(1), 4096};
  static constexpr base::seconds kVerifyEvery{10};
  session::AddressLimit verifications{1, kVerifyEvery, 256};  // that a subscriber asks for, by audience
  SignalStates signal_states;
  Revocations revocations;
};

}  // namespace router::logout
