#include "logout/return_states.h"

#include "base/text.h"
#include "crypto/random.h"

namespace router::logout {
namespace {

constexpr base::seconds kLifetime{3600};
constexpr std::size_t kMaxSealedTarget = 1024;
constexpr std::size_t kMaxHeld = 1024;
constexpr std::size_t kMaxUsed = 10'000;
constexpr std::size_t kMaxStateLength = 4096;
constexpr std::string_view kHeldPrefix = "held.";
// The nonce: it identifies a sealed state, and no other spelling of it opens.
constexpr std::size_t kMarkLength = 16;

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
  if (state.starts_with(kHeldPrefix)) return take_held(state);
  std::string mark(state.substr(0, kMarkLength));
  if (used_.contains(mark)) return std::nullopt;
  auto target = open(state);
  if (target) remember_used(std::move(mark));
  return target;
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
