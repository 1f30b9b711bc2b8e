#include "app/logout_metrics.h"

#include <doctest/doctest.h>

#include "support/counted.h"

namespace router::logout_metrics_test {
namespace {

using logout::Outcome;
using test::counted;

logout::Receipt receipt_of(std::vector<Outcome> outcomes) {
  logout::Receipt receipt;
  receipt.cause = logout::Cause::hosted;  // no other test's
  for (const auto outcome : outcomes) receipt.calls.push_back({.outcome = outcome});
  return receipt;
}

}  // namespace

TEST_CASE("logout metrics: a logout is what the worst of its calls is [issue 14]") {
  struct Row {
    std::vector<Outcome> calls;
    Outcome whole;
    bool is_timed;
  };
  for (const auto& [calls, whole, is_timed] :
       {Row{{}, Outcome::confirmed, false}, Row{{Outcome::confirmed, Outcome::confirmed}, Outcome::confirmed, true},
        Row{{Outcome::confirmed, Outcome::refused}, Outcome::refused, true},
        Row{{Outcome::unconfirmed, Outcome::refused}, Outcome::unconfirmed, true},
        Row{{Outcome::dead, Outcome::confirmed}, Outcome::dead, false}}) {
    const std::string name(to_string(whole));
    CAPTURE(name);
    const auto receipt = receipt_of(calls);
    CHECK(app::outcome_of(receipt) == whole);
    const auto logouts = counted("xsrouter_logouts_total", {"hosted", name});
    const auto timed = counted("xsrouter_logout_confirmation_seconds", {"hosted"});
    app::count_logout(receipt, receipt.started + base::milliseconds(40));
    CHECK(counted("xsrouter_logouts_total", {"hosted", name}) == logouts + 1);
    CHECK(counted("xsrouter_logout_confirmation_seconds", {"hosted"}) == timed + (is_timed ? 1 : 0));
  }
}

}  // namespace router::logout_metrics_test
