#include "login/login_outcome.h"

#include "base/log.h"
#include "base/metrics.h"

namespace router::login {
namespace {

const base::CounterFamily kLoginsByResult("xsrouter_logins_total",
                                          "Logins by provider and result: done, refused, or away (it did not answer).",
                                          {"provider", "result"});

}  // namespace

bool is_away(const base::Error& error) {
  return error.retryable || error.code == base::ErrorCode::unavailable || error.code == base::ErrorCode::timeout;
}

void note_login(std::string_view provider, std::string_view client, const base::Error* fault) {
  const auto* result = fault == nullptr ? "done" : is_away(*fault) ? "away" : "refused";
  kLoginsByResult.with(provider, result).add();
  if (fault == nullptr) return;  // who has signed in has a line with more in it
  base::log_info("login.refused", {{"audit", true},
                                   {"client", client},
                                   {"provider", provider},
                                   {"result", result},
                                   {"reason", base::describe(*fault)}});
}

}  // namespace router::login
