#include "login/refresh.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"
#include "login/parts.h"
#include "login/refreshed_session.h"

namespace router::login {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;
using session::Snapshot;

namespace {

constexpr std::size_t kMostFailures = 64 * 1024;

const base::CounterFamily kRefreshesByResult("xsrouter_refreshes_total", "Refreshes of a session's tokens, by result.",
                                             {"result"});

}  // namespace

RefreshRules refresh_rules(const config::Configuration& config) {
  return {config.environment.jwt_refresh, config.environment.minimum_token_validity};
}

Freshness judge_freshness(const identity::TokenSet& tokens, const RefreshRules& rules, base::WallTime now) {
  const bool is_off = rules.refresh_before <= base::milliseconds::zero();
  if (is_off || tokens.refresh_token.empty() || !tokens.access_expires) return Freshness::fresh;
  const auto expires = *tokens.access_expires;
  if (now >= expires) return Freshness::expired;
  const auto half_life = std::chrono::duration_cast<base::milliseconds>(expires - tokens.obtained) / 2;
  const auto margin = std::min(std::max(rules.refresh_before, rules.minimum_validity), half_life);
  return expires - now < margin ? Freshness::due : Freshness::fresh;
}

bool has_expired(const identity::TokenSet& tokens, base::WallTime now) {
  return tokens.access_expires && now >= *tokens.access_expires;
}

Result<void> check_validity(const identity::TokenSet& tokens, base::milliseconds minimum, base::WallTime now) {
  if (minimum <= base::milliseconds::zero() || !tokens.access_expires || *tokens.access_expires - now >= minimum)
    return {};
  return Error{ErrorCode::protocol, Side::identity_provider, "the token expires before MINIMUM_TOKEN_VALIDITY"};
}

Task<Result<Snapshot>> Refreshes::run(session::SessionId id, SharedParts parts) {
  const std::string key(id.reveal());
  if (is_backing_off(key, parts->clock.steady())) {
    co_return Error{ErrorCode::unavailable, Side::identity_provider, "the last refresh failed a moment ago", true};
  }
  auto& place = flights_[key];
  const bool is_first = place == nullptr;
  if (is_first) place = std::make_shared<Flight>();
  const auto flight = place;
  if (is_first) base::start_detached(fly(shared_from_this(), flight, std::move(id), std::move(parts)));
  co_await flight->landed.wait();
  co_return flight->result;
}

Task<void> Refreshes::fly(std::shared_ptr<Refreshes> self, std::shared_ptr<Flight> flight, session::SessionId id,
                          SharedParts parts) {
  const std::string key(id.reveal());
  auto refreshing = base::guarded(refresh_session(std::move(id), parts));
  flight->result = co_await refreshing;
  self->note_outcome(key, flight->result, parts->clock.steady());
  self->flights_.erase(key);
  flight->landed.set();
}

bool Refreshes::is_backing_off(const std::string& key, base::SteadyTime now) const {
  const auto failure = failures_.find(key);
  return failure != failures_.end() && !failure->second.is_open(now);
}

void Refreshes::note_outcome(const std::string& key, const Result<Snapshot>& result, base::SteadyTime now) {
  kRefreshesByResult.with(result ? "done" : "failed").add();
  if (result) {
    failures_.erase(key);
    return;
  }
  base::log_warning("refresh.failed", {{"detail", base::describe(result.error())}});
  if (failures_.size() >= kMostFailures) {
    // sessions that nobody asks for any more
    std::erase_if(failures_, [&](const auto& item) { return item.second.is_open(now); });
    if (failures_.size() >= kMostFailures) return;
  }
  failures_[key].fail(now);
}

}  // namespace router::login
