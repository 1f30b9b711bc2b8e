#include "logout/return_states.h"

#include "base/text.h"
#include "crypto/random.h"

namespace router::logout {
namespace {

constexpr base::seconds kLifetime{3600};
constexpr std::size_t kMaxSealedTarget = 1024;
constexpr std::size_t kMaxHeld = 1024;
constexpr std::size_t kMaxUsed = 10'000;
constexpr std::size_t kMaxAwaited = 10'000;
constexpr std::size_t kMaxStateLength = 4096;
constexpr std::string_view kHeldPrefix = "held.";
// The nonce: it identifies a sealed state, and no other spelling of it opens.
constexpr std::size_t kMarkLength = 16;

// By which a state is known once it has been read: its nonce, or all of one that is held.
std::string mark_of(std::string_view state) {
  return std::string(state.starts_with(kHeldPrefix) ? state : state.substr(0, kMarkLength));
}

base::Secret key_or_random(const base::Secret& secret) {
  return secret.empty() ? base::Secret(crypto::random_bytes(32)) : secret;
}

}  // namespace

ReturnStates::ReturnStates(const base::Secret& secret, const base::Clock& clock)
    : clock_(clock), box_(key_or_random(secret), "logout return state") {}

std::string ReturnStates::issue(std::string_view target) {
  if (target.size() <= kMaxSealedTarget) {
    return box_.seal(std::to_string(base::unix_seconds(clock_.wall())) + " " + std::string(target));
  }
  auto state = std::string(kHeldPrefix) + crypto::random_token(24);
  held_.emplace(state, Held{std::string(target), clock_.wall()});
  held_order_.push_back(state);
  if (held_order_.size() > kMaxHeld) {
    held_.erase(held_order_.front());
    held_order_.pop_front();
  }
  return state;
}

std::optional<std::string> ReturnStates::take(std::string_view state) {
  if (state.size() > kMaxStateLength || state.size() < kMarkLength) return std::nullopt;
  std::optional<std::string> target;
  if (state.starts_with(kHeldPrefix)) {
    target = take_held(state);
  } else if (std::string mark = mark_of(state); !used_.contains(mark)) {
    target = open(state);
    if (target) remember_used(std::move(mark));
  }
  if (target) note_return(state);
  return target;
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

std::optional<std::string> ReturnStates::take_held(std::string_view state) {
  const auto found = held_.find(std::string(state));
  if (found == held_.end()) return std::nullopt;
  Held held = std::move(found->second);
  held_.erase(found);
  if (clock_.wall() - held.issued > kLifetime) return std::nullopt;
  return std::move(held.target);
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

void ReturnStates::remember_used(std::string mark) {
  used_order_.push_back(mark);
  used_.insert(std::move(mark));
  if (used_order_.size() <= kMaxUsed) return;
  used_.erase(used_order_.front());
  used_order_.pop_front();
}

}  // namespace router::logout
