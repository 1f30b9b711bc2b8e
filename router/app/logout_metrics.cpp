#include "app/logout_metrics.h"

#include <algorithm>
#include <array>

#include "base/metrics.h"

namespace router::app {
namespace {

using base::microseconds;
using logout::Outcome;

// Of repeated calls, too: until they are given up.
constexpr std::array<microseconds, 14> kUntilConfirmed{
    microseconds{5'000},      microseconds{10'000},     microseconds{25'000},     microseconds{50'000},
    microseconds{100'000},    microseconds{250'000},    microseconds{500'000},    microseconds{1'000'000},
    microseconds{2'500'000},  microseconds{5'000'000},  microseconds{10'000'000}, microseconds{30'000'000},
    microseconds{60'000'000}, microseconds{300'000'000}};

const base::CounterFamily kLogouts("xsrouter_logouts_total",
                                   "Logouts that are complete, by cause and the worst outcome of their calls.",
                                   {"cause", "outcome"});
const base::HistogramFamily kLastConfirmation("xsrouter_logout_confirmation_seconds",
                                              "From the click to the last back-end's answer, where all have given one.",
                                              {"cause"}, kUntilConfirmed);

}  // namespace

Outcome outcome_of(const logout::Receipt& receipt) {
  // in the order of the enumeration each is worse than the one before
  auto worst = Outcome::confirmed;
  for (const auto& call : receipt.calls) worst = std::max(worst, call.outcome);
  return worst;
}

void count_logout(const logout::Receipt& receipt, base::SteadyTime now) {
  const auto outcome = outcome_of(receipt);
  kLogouts.with(to_string(receipt.cause), to_string(outcome)).add();
  if (outcome == Outcome::dead || receipt.calls.empty()) return;
  kLastConfirmation.with(to_string(receipt.cause)).observe(now - receipt.started);
}

}  // namespace router::app
