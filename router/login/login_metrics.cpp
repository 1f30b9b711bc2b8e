#include "login/login_metrics.h"

#include "base/metrics.h"

namespace router::login {
namespace {

const base::CounterFamily kLoginsByResult("xsrouter_logins_total",
                                          "Logins by provider and result: done, refused, or away (it did not answer).",
                                          {"provider", "result"});

const char* result_of(const base::Error* fault) {
  using base::ErrorCode;
  if (fault == nullptr) return "done";
  const bool is_away = fault->retryable || fault->code == ErrorCode::unavailable || fault->code == ErrorCode::timeout;
  return is_away ? "away" : "refused";
}

}  // namespace

void count_login(const std::string& provider, const base::Error* fault) {
  kLoginsByResult.with(provider, result_of(fault)).add();
}

}  // namespace router::login
