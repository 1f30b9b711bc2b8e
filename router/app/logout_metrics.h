// Logouts whose last back-end has answered, or was given up: by cause and outcome, and how long it took from the click.
#pragma once

#include "base/clock.h"
#include "logout/receipt.h"

namespace router::app {

// For logout::Receipts::on_complete.
void count_logout(const logout::Receipt& receipt, base::SteadyTime now);
// What became of it as a whole: the worst of its calls, "confirmed" where there are none.
logout::Outcome outcome_of(const logout::Receipt& receipt);

}  // namespace router::app
