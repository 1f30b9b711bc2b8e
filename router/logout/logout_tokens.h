// Tokens that the router makes: to a back-end that understands OpenID Connect Back-Channel Logout it is the provider, to
// subscribers of its signals the transmitter.
//
// Signed (ES256) with SIGNING_KEY, else with a key that SESSION_SECRET gives, so that all replicas that share the secret
// sign with one key, and none has to be kept; without either, with one of this process. The keys of before
// (SIGNING_KEY_PREVIOUS, SESSION_SECRET_PREVIOUS) are published beside, for tokens that are on their way. Each try of a
// call has a logout token of its own, good for two minutes; a signal is the same with each try. Owner: app/parts, beyond
// reloads. Immutable; any thread. Errors: internal. Source: OpenID Connect Back-Channel Logout 1.0 section 2.4; RFC 8417
// section 2; docs/contract/signals.md "Out".
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/sealed_box.h"
#include "crypto/signing_key.h"
#include "logout/call.h"

namespace router::logout {

class LogoutTokens {
 public:
  struct Keys {
    base::Secret current;   // PEM; empty: from the secrets
    base::Secret previous;  // likewise; empty: none
  };
  // `issuer` empty: the origin that the session was made at.
  LogoutTokens(const Keys& keys, const crypto::SealingSecrets& secrets, std::string issuer, const base::Clock& clock);

  // For a target that gets one. A call that was recorded when its target got none, or of a session of an earlier
  // version, does not say enough for it.
  base::Result<std::string> make(const CallRecord& call, const CallTarget& target) const;

  // A security event token, for a subscriber.
  base::Result<std::string> make_signal(const CallRecord& call, const CallTarget& target) const;
  // How the `txn` of signals begins that this router, whichever replica, is the first to send.
  const std::string& own_transactions() const { return own_transactions_; }

  // {"keys": [...]}, current one first.
  const std::string& jwks() const { return jwks_; }
  // What a library reads before it believes a token; `origin`: of the router, as who asks sees it.
  std::string metadata(std::string_view origin) const;

 private:
  crypto::SigningKey key_;
  std::string jwks_;
  std::string issuer_;
  std::string own_transactions_;
  const base::Clock& clock_;
};

}  // namespace router::logout
