#include "session/doors.h"

#include <algorithm>

#include "base/ip_address.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace router::session {
namespace {

// Hashed, so that a key takes the same space whatever was sent as user.
std::string account_key(std::string_view realm, std::string_view account) {
  return crypto::sha256(std::string(realm) + '\n' + base::to_lower(base::trim(account)));
}

}  // namespace

Doors::Visitor::Visitor(std::string_view realm, std::string_view name, std::string_view from)
    : account(account_key(realm, name)), home(base::home_of(from)), address(from) {}

Doors::Doors(DoorLimits limits)
    : tries_(limits.tries_per_address),
      addresses_({.failures = limits.failures_per_address, .success_forgets = false}),
      accounts_({.failures = limits.failures_per_account}) {}

Doors::Admission Doors::begin(const Visitor& visitor, base::SteadyTime now) {
  const auto account = accounts_.look(visitor.account, now);
  const auto home = addresses_.look(visitor.home, now);
  if (account.refused_for || home.refused_for)
    return {std::max(account.refused_for, home.refused_for), nullptr};
  if (account.busy) return account;
  if (home.busy) return home;
  if (const auto wait = tries_.take(visitor.address, now)) return {wait, nullptr};
  accounts_.begin(visitor.account, now);
  return addresses_.begin(visitor.home, now);
}

void Doors::settle(const Visitor& visitor, Outcome outcome) {
  accounts_.settle(visitor.account, outcome);
  addresses_.settle(visitor.home, outcome);
}

base::Task<std::optional<base::seconds>> admit(Doors& doors, const base::Clock& clock,
                                               const Doors::Visitor& visitor) {
  auto admission = doors.begin(visitor, clock.steady());
  while (admission.busy) {
    const auto settled = admission.busy;
    co_await settled->wait();
    admission = doors.begin(visitor, clock.steady());
  }
  if (admission.refused_for) base::log_warning("login.throttled", {{"client", visitor.address}});
  co_return admission.refused_for;
}

}  // namespace router::session
