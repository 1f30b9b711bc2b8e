#include "management/doorkeeper.h"

#include "base/ip_address.h"
#include "base/text.h"
#include "config/management_token.h"

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

// A name that somebody may have in the DNS, and have it say that this is where it leads (DNS rebinding). Clients that take
// the socket's path for a host are no browsers.
bool is_name_in_dns(std::string_view host) {
  const bool is_path = host.find('/') != std::string_view::npos;
  return host.find('.') != std::string_view::npos && !is_path && !base::IpAddress::parse_hop(host);
}

// Somebody may have brought the socket to a port, with a browser before it.
Visitor nobody_asked(const Request& request) {
  if (is_name_in_dns(request.host)) {
    Visitor misled;
    misled.is_misled = true;
    return misled;
  }
  Visitor visitor{Right::everything, "socket", true};
  visitor.is_by_browser = !request.origin.empty();
  return visitor;
}

}  // namespace

Doorkeeper::Doorkeeper(Tokens tokens, const base::Clock& clock)
    : tokens_(std::move(tokens)), clock_(clock), wrong_(kWrongOnes, kSpan, kAddresses), sign_ins_(tokens_.is_secure) {}

bool Doorkeeper::has_tokens() const {
  return tokens_.asks_nobody || !tokens_.everything.empty() || !tokens_.look.empty();
}

Visitor Doorkeeper::judge(std::string_view token, std::string_view address, base::SteadyTime now) {
  const base::Secret said{std::string(token)};
  const bool is_guessable = said.size() < config::kShortestManagementToken;
  if (!said.empty() && !(is_guessable && wrong_.look(address, now))) {
    const bool is_all = !tokens_.everything.empty() && said == tokens_.everything;
    const bool is_look = !tokens_.look.empty() && said == tokens_.look;
    if (is_all) return {Right::everything, "MANAGEMENT_TOKEN", true};
    if (is_look) return {Right::look, "MANAGEMENT_READ_TOKEN", true};
  }
  return {Right::nothing, "", true, wrong_.take(address, now)};
}

Visitor Doorkeeper::look(const Request& request) {
  if (tokens_.asks_nobody) return nobody_asked(request);
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  if (!request.authorization.empty()) return judge(bearer_token(request.authorization), request.address, now);
  return sign_ins_.find(request.cookie, now).value_or(Visitor());
}

Doorkeeper::Entered Doorkeeper::sign_in(std::string_view token, const Request& request) {
  if (tokens_.asks_nobody) return {nobody_asked(request), ""};
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  auto visitor = judge(token, request.address, now);
  if (visitor.right == Right::nothing) return {std::move(visitor), ""};
  sign_ins_.end(request.cookie);
  auto set_cookie = sign_ins_.begin(visitor.right, visitor.name, now);
  return {std::move(visitor), std::move(set_cookie)};
}

std::string Doorkeeper::sign_out(const Request& request) {
  const std::lock_guard lock(mutex_);
  return sign_ins_.end(request.cookie);
}

}  // namespace router::management
