#include "session/doors.h"

#include <algorithm>

#include "base/ip_address.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace router::session {
namespace {

constexpr base::milliseconds kFailuresCountFor = ThrottleRule().within;

// Hashed, so that a key takes the same space whatever was sent as user.
std::string account_key(std::string_view realm, std::string_view account) {
  return crypto::sha256(std::string(realm) + '\n' + base::to_lower(base::trim(account)));
}

}  // namespace

Doors::Visitor::Visitor(std::string_view realm, std::string_view name, std::string_view from)
    : account(account_key(realm, name)), home(base::home_of(from)), address(from) {}

Doors::Doors(DoorLimits limits, SharedState* shared)
    : limits_(limits),
      shared_(shared),
      tries_(limits.tries_per_address),
      addresses_({.failures = limits.failures_per_address, .success_forgets = false}),
      accounts_({.failures = limits.failures_per_account}) {}

Doors::Admission Doors::begin(const Visitor& visitor, base::SteadyTime now) {
  const auto account = accounts_.look(visitor.account, now);
  const auto home = addresses_.look(visitor.home, now);
  if (account.refused_for || home.refused_for) {
    base::limits::kFailedLogins.hit();
    return {std::max(account.refused_for, home.refused_for), nullptr};
  }
  if (account.busy) return account;
  if (home.busy) return home;
  if (const auto wait = tries_.take(visitor.address, now)) {
    base::limits::kLogins.hit();
    return {wait, nullptr};
  }
  accounts_.begin(visitor.account, now);
  return addresses_.begin(visitor.home, now);
}

void Doors::settle(const Visitor& visitor, Outcome outcome) {
  accounts_.settle(visitor.account, outcome);
  addresses_.settle(visitor.home, outcome);
}

base::Task<std::optional<base::seconds>> Doors::refused_elsewhere(const Visitor& visitor) {
  auto looking_at_account = look_elsewhere(Kind::account_failures, visitor.account, limits_.failures_per_account);
  const auto account = co_await looking_at_account;
  auto looking_at_home = look_elsewhere(Kind::address_failures, visitor.home, limits_.failures_per_address);
  const auto home = co_await looking_at_home;
  co_return std::max(account, home);
}

base::Task<std::optional<base::seconds>> Doors::look_elsewhere(Kind kind, std::string key, unsigned limit) {
  if (shared_ == nullptr || limit == 0) co_return std::nullopt;
  auto looking = shared_->tally(kind, std::move(key), 0, kFailuresCountFor);
  const auto tally = co_await looking;
  if (!tally || tally->count < limit) co_return std::nullopt;
  base::limits::kFailedLogins.hit();
  co_return std::max(std::chrono::ceil<base::seconds>(tally->ends_in), base::seconds(1));
}

base::Task<void> Doors::tell_elsewhere(const Visitor& visitor, Outcome outcome) {
  if (shared_ == nullptr || outcome == Outcome::undecided) co_return;
  if (outcome == Outcome::succeeded) {
    auto forgetting = shared_->forget(Kind::account_failures, visitor.account);
    co_await forgetting;
    co_return;
  }
  auto counting_account = count_elsewhere(Kind::account_failures, visitor.account);
  co_await counting_account;
  auto counting_home = count_elsewhere(Kind::address_failures, visitor.home);
  co_await counting_home;
}

base::Task<void> Doors::count_elsewhere(Kind kind, std::string key) {
  auto counting = shared_->tally(kind, std::move(key), 1, kFailuresCountFor);
  const auto counted = co_await counting;
  if (!counted) base::log_warning("login.failure_not_shared", {{"detail", base::describe(counted.error())}});
}

base::Task<std::optional<base::seconds>> admit(Doors& doors, const base::Clock& clock, const Doors::Visitor& visitor) {
  auto admission = doors.begin(visitor, clock.steady());
  while (admission.busy) {
    const auto settled = admission.busy;
    co_await settled->wait();
    admission = doors.begin(visitor, clock.steady());
  }
  auto refused_for = admission.refused_for;
  if (!refused_for) {
    auto asking = doors.refused_elsewhere(visitor);
    refused_for = co_await asking;
    if (refused_for) doors.settle(visitor, Doors::Outcome::undecided);
  }
  if (refused_for) base::log_warning("login.throttled", {{"audit", true}, {"client", visitor.address}});
  co_return refused_for;
}

base::Task<void> conclude(Doors& doors, const Doors::Visitor& visitor, Doors::Outcome outcome) {
  // before others are let in here: they look elsewhere, too
  auto telling = doors.tell_elsewhere(visitor, outcome);
  co_await telling;
  doors.settle(visitor, outcome);
}

}  // namespace router::session
