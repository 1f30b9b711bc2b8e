// What the receivers of signals have in common: limits before a signature costs anything, and the answers that every
// protocol has. Pure, but for the limits. Source: docs/contract/signals.md "In".
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/ip_address.h"
#include "http/message.h"
#include "logout/ongoing.h"

namespace router::logout {

// Longer than any transmitter goes on sending one.
inline constexpr base::milliseconds kSignalSeenFor = std::chrono::hours(24);

inline http::Response not_to_be_stored(http::Response response) {
  response.headers.add("Cache-Control", "no-store");
  return response;
}

inline http::Response bare_answer(int status) {
  http::Response response;
  response.status = status;
  return not_to_be_stored(std::move(response));
}

inline http::Response ask_again_in(base::seconds wait, int status) {
  auto response = bare_answer(status);
  response.headers.add("Retry-After", std::to_string(wait.count()));
  return response;
}

inline http::Response too_many_signals() { return ask_again_in(base::seconds(1), 429); }
// A store or a provider that is away is hardly back sooner.
inline http::Response no_signals_now() { return ask_again_in(base::seconds(5), 503); }

// On the request's loop: a flood costs the background loop, where logins and logouts are, next to nothing.
inline std::optional<http::Response> refuse_signal_flood(Ongoing& ongoing, std::string_view address,
                                                         base::SteadyTime now) {
  if (!ongoing.signal_senders.take(address, now)) return std::nullopt;
  return too_many_signals();
}

// What one issuer may send from one address. Who sends may call himself what he likes, so it takes both.
class SignalAdmission {
 public:
  // A signature that is wrong costs as much as a right one, and nobody honest goes on with them.
  static constexpr unsigned kRefusedCounts = 10;

  SignalAdmission(Ongoing& ongoing, std::string_view issuer, std::string_view address, base::SteadyTime now)
      : limit_(ongoing.signals),
        peer_(std::hash<std::string>()(std::string(issuer) + ' ' + base::home_of(address))),
        admitted_(!limit_.is_used_up(peer_, now)) {
    if (admitted_) limit_.charge(peer_, now);
  }

  bool is_admitted() const { return admitted_; }
  void refused(base::SteadyTime now) { limit_.charge(peer_, now, kRefusedCounts - 1); }

 private:
  base::AttemptLimit& limit_;
  std::uint64_t peer_;
  bool admitted_;
};

}  // namespace router::logout
