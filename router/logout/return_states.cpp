#include "logout/return_states.h"

#include "base/log.h"
#include "base/text.h"
#include "crypto/random.h"

namespace router::logout {

using base::Task;

namespace {

constexpr base::seconds kLifetime{3600};
constexpr std::size_t kMaxSealedTarget = 1024;
constexpr std::size_t kMaxAwaited = 10'000;
constexpr std::size_t kMaxStateLength = 4096;
constexpr std::string_view kHeldPrefix = "held.";
// The nonce: it identifies a sealed state, and no other spelling of it opens.
constexpr std::size_t kMarkLength = 16;

// By which a state is known once it has been read: its nonce, or all of one that is held.
std::string mark_of(std::string_view state) {
  return std::string(state.starts_with(kHeldPrefix) ? state : state.substr(0, kMarkLength));
}

Task<void> hold(session::SharedState* shared, std::string state, std::string target) {
  auto keeping =
      shared->keep(session::Kind::return_state, std::move(state), base::Secret(std::move(target)), kLifetime);
  const auto kept = co_await keeping;
  if (!kept) base::log_warning("logout.return_state", {{"fault", describe(kept.error())}});
}

}  // namespace

ReturnStates::ReturnStates(const crypto::SealingSecrets& secrets, const base::Clock& clock,
                           session::SharedState& shared)
    : clock_(clock), shared_(shared), box_(secrets.or_random(), "logout return state") {}

std::string ReturnStates::issue(std::string_view target, bool is_anybodys) {
  if (target.size() > kMaxSealedTarget && is_anybodys) target = target.substr(0, target.find('?'));
  if (target.size() <= kMaxSealedTarget) {
    return box_.seal(std::to_string(base::unix_seconds(clock_.wall())) + " " + std::string(target));
  }
  auto state = std::string(kHeldPrefix) + crypto::random_token(24);
  // nobody waits for it: the browser is at the provider first
  base::start_detached(hold(&shared_, state, std::string(target)));
  return state;
}

Task<std::optional<std::string>> ReturnStates::take(std::string state) {
  if (state.size() > kMaxStateLength || state.size() < kMarkLength) co_return std::nullopt;
  std::optional<std::string> target;
  if (state.starts_with(kHeldPrefix)) {
    auto taking = take_held(state);
    target = co_await taking;
  } else if (target = open(state); target) {
    auto noting = is_first(mark_of(state));
    if (!co_await noting) target.reset();
  }
  if (target) note_return(state);
  co_return target;
}

void ReturnStates::on_return(std::string_view state, std::function<void()> then) {
  auto mark = mark_of(state);
  awaited_order_.push_back(mark);
  awaited_.insert_or_assign(std::move(mark), std::move(then));
  if (awaited_order_.size() <= kMaxAwaited) return;
  awaited_.erase(awaited_order_.front());
  awaited_order_.pop_front();
}

void ReturnStates::note_return(std::string_view state) {
  const auto found = awaited_.find(mark_of(state));
  if (found == awaited_.end()) return;
  const auto then = std::move(found->second);
  awaited_.erase(found);
  then();
}

Task<std::optional<std::string>> ReturnStates::take_held(std::string state) {
  auto taking = shared_.take(session::Kind::return_state, std::move(state));
  const auto taken = co_await taking;
  if (!taken) base::log_warning("logout.return_state", {{"fault", describe(taken.error())}});
  if (!taken || !*taken) co_return std::nullopt;
  co_return std::string((*taken)->reveal());
}

Task<bool> ReturnStates::is_first(std::string mark) {
  auto noting = shared_.once(session::Kind::return_state, std::move(mark), kLifetime);
  const auto noted = co_await noting;
  if (!noted) base::log_warning("logout.return_state", {{"fault", describe(noted.error())}});
  co_return noted.value_or(false);
}

std::optional<std::string> ReturnStates::open(std::string_view state) const {
  const auto plain = box_.open(state);
  if (!plain) return std::nullopt;
  const auto [issued, target] = base::cut(*plain, ' ');
  const auto seconds = base::parse_unsigned(issued);
  if (!seconds || !target) return std::nullopt;
  const auto age = base::unix_seconds(clock_.wall()) - static_cast<long long>(*seconds);
  if (age > kLifetime.count()) return std::nullopt;
  return std::string(*target);
}

}  // namespace router::logout
