// What a back-end's answer means, and when it is asked again.
//
// Pure. Source: docs/contract/logout.md section 7.
#pragma once

#include "base/backoff.h"
#include "base/clock.h"
#include "logout/receipt.h"

namespace router::logout {

inline constexpr base::milliseconds kFirstRetry{500};
inline constexpr base::milliseconds kLongestRetry{60'000};
inline constexpr base::milliseconds kGiveUpAfter{24 * 3600 * 1000};

// Of a signal: RFC 8935 section 2. All but these two is a fault of somebody's that may be mended.
inline Outcome judge_signal(int status) {
  if (status >= 200 && status < 300) return Outcome::confirmed;
  return status == 400 ? Outcome::refused : Outcome::pending;
}

// Outcome::pending: it has to be asked again.
inline Outcome judge(int status, bool token_sent, bool by_logout_token = false) {
  // Back-Channel Logout 1.0 section 2.8: the token was not accepted, and will not be
  if (by_logout_token && status == 400) return Outcome::refused;
  if (status >= 200 && status < 400) return Outcome::confirmed;
  // It no longer knows the session.
  if (status == 404 || status == 410) return Outcome::confirmed;
  if (status == 401 || status == 403) return token_sent ? Outcome::refused : Outcome::unconfirmed;
  return Outcome::pending;
}

// After the `attempts`-th attempt, counted from 1: 0.5 s doubling to 60 s, of which up to a quarter is taken
// off or put on, so that calls that failed together do not come back together. `random` is in [0, 1).
inline base::milliseconds retry_delay(unsigned attempts, double random) {
  const auto delay = base::backoff_delay(attempts, kFirstRetry, kLongestRetry);
  return base::milliseconds(static_cast<long long>(static_cast<double>(delay.count()) * (0.75 + random / 2)));
}

}  // namespace router::logout
