#include "config/signal_events.h"

#include <algorithm>
#include <array>

namespace router::config {

namespace {

constexpr SignalEvent event(std::string_view uri, SignalEffect effect = SignalEffect::ignore) {
  return {uri.substr(uri.rfind('/') + 1), uri, effect};
}

constexpr std::array kEvents = {
    event("https://schemas.openid.net/secevent/caep/event-type/session-revoked", SignalEffect::end),
    event("https://schemas.openid.net/secevent/caep/event-type/token-claims-change", SignalEffect::refresh),
    event("https://schemas.openid.net/secevent/caep/event-type/credential-change", SignalEffect::reauthenticate),
    event("https://schemas.openid.net/secevent/caep/event-type/assurance-level-change", SignalEffect::reauthenticate),
    event("https://schemas.openid.net/secevent/caep/event-type/device-compliance-change", SignalEffect::end),
    event("https://schemas.openid.net/secevent/caep/event-type/risk-level-change", SignalEffect::reauthenticate),
    event("https://schemas.openid.net/secevent/caep/event-type/session-established"),
    event("https://schemas.openid.net/secevent/caep/event-type/session-presented"),
    event("https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required", SignalEffect::end),
    event("https://schemas.openid.net/secevent/risc/event-type/account-purged", SignalEffect::end),
    event("https://schemas.openid.net/secevent/risc/event-type/account-disabled", SignalEffect::end),
    event("https://schemas.openid.net/secevent/risc/event-type/credential-compromise", SignalEffect::end),
    event("https://schemas.openid.net/secevent/risc/event-type/sessions-revoked", SignalEffect::end),
    event("https://schemas.openid.net/secevent/risc/event-type/account-enabled"),
    event("https://schemas.openid.net/secevent/risc/event-type/identifier-changed"),
    event("https://schemas.openid.net/secevent/risc/event-type/identifier-recycled"),
    event("https://schemas.openid.net/secevent/risc/event-type/opt-in"),
    event("https://schemas.openid.net/secevent/risc/event-type/opt-out-initiated"),
    event("https://schemas.openid.net/secevent/risc/event-type/opt-out-cancelled"),
    event("https://schemas.openid.net/secevent/risc/event-type/opt-out-effective"),
    event("https://schemas.openid.net/secevent/risc/event-type/recovery-activated"),
    event("https://schemas.openid.net/secevent/risc/event-type/recovery-information-changed"),
    event("https://schemas.openid.net/secevent/ssf/event-type/verification"),
    event("https://schemas.openid.net/secevent/ssf/event-type/stream-updated"),
};

}  // namespace

std::string_view to_string(SignalEffect effect) {
  switch (effect) {
    case SignalEffect::ignore:
      return "ignore";
    case SignalEffect::refresh:
      return "refresh";
    case SignalEffect::reauthenticate:
      return "reauthenticate";
    case SignalEffect::end:
      return "end";
  }
  return "ignore";
}

std::span<const SignalEvent> signal_events() { return kEvents; }

const SignalEvent* find_signal_event(std::string_view uri) {
  const auto found = std::find_if(kEvents.begin(), kEvents.end(), [uri](const auto& one) { return one.uri == uri; });
  return found == kEvents.end() ? nullptr : &*found;
}

}  // namespace router::config
