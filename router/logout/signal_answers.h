// What the receivers of signals have in common: limits before a signature costs anything, and the answers that every
// protocol has. Pure, but for the limit. Source: docs/contract/signals.md "In".
#pragma once

#include <functional>
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

// False: too many of this issuer's from that address. Who sends may call himself what he likes, so it takes both.
inline bool admit_signal(Ongoing& ongoing, std::string_view issuer, std::string_view address, base::SteadyTime now) {
  const auto peer = std::hash<std::string>()(std::string(issuer) + ' ' + base::home_of(address));
  if (ongoing.signals.is_used_up(peer, now)) return false;
  ongoing.signals.charge(peer, now);
  return true;
}

}  // namespace router::logout
