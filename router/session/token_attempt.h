// A stranger's try to have a token believed: charged to its address before anything is done about the token, by the
// kilobyte, and given back when the token is accepted.
//
// Owner: the coroutine that looks at the token. Background loop. Source: docs/contract/oidc.md 105; RFC 6819 section
// 4.4.1.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/attempt_limit.h"
#include "base/clock.h"
#include "base/ip_address.h"

namespace router::session {

// Of refused ones, by address: about half a core's worth of signatures, or 12 MB of JSON.
class BadTokens : public base::AttemptLimit {
 public:
  BadTokens() : base::AttemptLimit(12'000, base::seconds(1), 64 * 1024) {}
};

class TokenAttempt {
 public:
  static constexpr std::size_t kBytesAnAttempt = 1024;

  // `limit` outlives this object.
  TokenAttempt(base::AttemptLimit& limit, std::string_view address, std::string_view token, base::SteadyTime now)
      : limit_(limit),
        peer_(std::hash<std::string>()(base::home_of(address))),
        attempts_(1 + static_cast<unsigned>(token.size() / kBytesAnAttempt)),
        admitted_(!limit.is_used_up(peer_, now)) {
    if (admitted_) limit_.charge(peer_, now, attempts_);
  }

  // False: this address has sent too many that were not accepted.
  bool is_admitted() const { return admitted_; }
  void accepted(base::SteadyTime now) { limit_.give_back(peer_, now, attempts_); }

 private:
  base::AttemptLimit& limit_;
  std::uint64_t peer_;
  unsigned attempts_;
  bool admitted_;
};

}  // namespace router::session
