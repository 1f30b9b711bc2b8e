#include "management/doorkeeper.h"

#include "base/text.h"

namespace router::management {
namespace {

constexpr unsigned kWrongOnes = 5;
constexpr base::milliseconds kSpan{60'000};
constexpr std::size_t kAddresses = 10'000;

// RFC 6750 section 2.1; empty: none.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!base::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
  return base::trim(authorization.substr(kScheme.size()));
}

}  // namespace

Doorkeeper::Doorkeeper(Tokens tokens, const base::Clock& clock)
    : tokens_(std::move(tokens)), clock_(clock), wrong_(kWrongOnes, kSpan, kAddresses) {}

bool Doorkeeper::has_tokens() const {
  return tokens_.asks_nobody || !tokens_.everything.empty() || !tokens_.look.empty();
}

Visitor Doorkeeper::look(std::string_view authorization, std::string_view address) {
  if (tokens_.asks_nobody) return {Right::everything, "socket", true};
  if (authorization.empty()) return {};
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  if (const auto wait = wrong_.look(address, now)) return {Right::nothing, "", true, wait};
  const base::Secret said{std::string(bearer_token(authorization))};
  if (!said.empty()) {
    const bool is_all = !tokens_.everything.empty() && said == tokens_.everything;
    const bool is_look = !tokens_.look.empty() && said == tokens_.look;
    if (is_all) return {Right::everything, "MANAGEMENT_TOKEN", true};
    if (is_look) return {Right::look, "MANAGEMENT_READ_TOKEN", true};
  }
  wrong_.take(address, now);
  return {Right::nothing, "", true};
}

}  // namespace router::management
