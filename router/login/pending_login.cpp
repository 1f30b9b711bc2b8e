#include "login/pending_login.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "crypto/random.h"
#include "login/fragment_cookie.h"

namespace router::login {
namespace {

constexpr std::string_view kSlots = "0123456789abcdef";
constexpr std::size_t kLongestSealed = 4096;
// RFC 6265bis section 5.6: name and value; browsers ignore longer ones.
constexpr std::size_t kLongestCookie = 4096;
// Between what is sealed and the path beside it; not in the alphabet of the former.
constexpr char kBeside = '.';
// No part of an attempt can hold this byte.
constexpr char kSeparator = '\0';
constexpr std::size_t kCookieParts = 10;
constexpr std::size_t kStateParts = 4;

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text.append(part).push_back(kSeparator);
  text.pop_back();
  return text;
}

// Milliseconds: a login that begins right after a logout is not taken for one before it.
std::string time_text(base::WallTime time) {
  return std::to_string(std::chrono::duration_cast<base::milliseconds>(time.time_since_epoch()).count());
}

base::WallTime time_of(std::string_view text) {
  return base::WallTime(base::milliseconds(base::parse_unsigned(text).value_or(0)));
}

int small_number(std::string_view text) {
  return static_cast<int>(std::min<std::uint64_t>(base::parse_unsigned(text).value_or(0), 1000));
}

// A path as part of a cookie, no longer than it is: only ";" ends one. "<" is never needed as it is.
std::string to_cookie_text(std::string_view path) {
  std::string text;
  for (const char c : path) {
    if (c == '<') {
      text.append("%3C");
    } else {
      text.push_back(c == ';' ? '<' : c);
    }
  }
  return text;
}

std::string from_cookie_text(std::string_view text) {
  std::string path(text);
  std::replace(path.begin(), path.end(), '<', ';');
  return path;
}

std::string bound_to(char slot, std::string_view beside) { return std::string(1, slot).append(beside); }

std::vector<char> all_slots_but(const std::vector<char>& taken) {
  std::vector<char> slots;
  for (const char slot : kSlots) {
    if (std::find(taken.begin(), taken.end(), slot) == taken.end()) slots.push_back(slot);
  }
  return slots;
}

}  // namespace

PendingLogins::PendingLogins(const crypto::SealingSecrets& secrets, session::SessionCookie cookie,
                             base::milliseconds lifetime)
    : cookie_(std::move(cookie)),
      lifetime_(lifetime),
      cookie_box_(secrets, "login-cookie"),
      state_box_(secrets, "login-state") {}

std::string PendingLogins::seal_state(const LoginState& state) const {
  // more than the box's own nonce: the state has to be unguessable by itself
  const auto unique = crypto::random_token(16);
  return state_box_.seal(
      join({std::string_view(&state.slot, 1), std::to_string(state.restarts), time_text(state.started), unique}));
}

std::optional<LoginState> PendingLogins::open_state(std::string_view text) const {
  const auto plain = text.size() <= kLongestSealed ? state_box_.open(text) : std::nullopt;
  if (!plain) return std::nullopt;
  const auto parts = base::split(*plain, kSeparator);
  if (parts.size() != kStateParts || parts[0].size() != 1) return std::nullopt;
  return LoginState{parts[0].front(), small_number(parts[1]), time_of(parts[2])};
}

std::optional<PendingLogin> PendingLogins::open(char slot, std::string_view value) const {
  const auto [sealed, beside] = base::cut(value, kBeside);
  const auto plain =
      value.size() <= kLongestSealed ? cookie_box_.open(sealed, bound_to(slot, beside.value_or(""))) : std::nullopt;
  if (!plain) return std::nullopt;
  const auto parts = base::split(*plain, kSeparator);
  if (parts.size() != kCookieParts) return std::nullopt;
  PendingLogin login;
  login.state = parts[0];
  login.nonce = parts[1];
  login.code_verifier = parts[2];
  login.provider = parts[3];
  login.redirect_uri = parts[4];
  login.return_path = beside.value_or("").empty() ? std::string(parts[5]) : from_cookie_text(*beside);
  login.application = parts[6];
  login.restarts = small_number(parts[7]);
  login.started = time_of(parts[8]);
  login.identity_provider = parts[9];
  return login;
}

// All that open: a sibling domain may have tossed others among them, under the same names.
std::vector<PendingLogins::Received> PendingLogins::read(const http::Headers& request) const {
  const auto& prefix = cookie_.names().login_prefix();
  const auto& fragment_prefix = cookie_.names().fragment_prefix();
  std::vector<Received> received;
  std::map<char, std::size_t> fragments;
  http::for_each_cookie(request, [&](const http::CookiePair& pair) {
    if (pair.name.starts_with(fragment_prefix)) fragments[pair.name.back()] += pair.raw.size();
    if (pair.name.size() != prefix.size() + 1 || !pair.name.starts_with(prefix)) return;
    const char slot = pair.name.back();
    if (kSlots.find(slot) == std::string_view::npos || received.size() >= 2 * kSlots.size()) return;
    auto login = open(slot, pair.value);
    received.push_back({slot, pair.raw.size(), login ? *std::move(login) : PendingLogin{}});
  });
  for (auto& one : received) one.bytes += fragments[one.slot];
  return received;
}

PendingLogins::Slots PendingLogins::assign(const http::Headers& request, base::WallTime now) const {
  auto received = read(request);
  // what did not open started in 1970
  std::sort(received.begin(), received.end(),
            [](const auto& a, const auto& b) { return a.login.started > b.login.started; });
  std::vector<char> kept;
  std::size_t bytes = 0;
  Slots slots;
  for (const auto& one : received) {
    bytes += one.bytes;
    const bool is_in_use = !is_too_old(one.login.started, now) && kept.size() + 1 < kMost && bytes <= kMostBytes;
    (is_in_use ? kept : slots.dropped).push_back(one.slot);
  }
  const auto free = all_slots_but(kept);
  // any of them: tabs that start in the same moment should not all take the first
  slots.free = free[static_cast<unsigned char>(crypto::random_bytes(1).front()) % free.size()];
  std::erase(slots.dropped, slots.free);
  std::erase_if(slots.dropped, [&](char slot) { return std::find(kept.begin(), kept.end(), slot) != kept.end(); });
  return slots;
}

std::optional<PendingLogin> PendingLogins::find(const http::Headers& request, char slot, std::string_view state) const {
  for (auto& one : read(request)) {
    if (one.slot == slot && !one.login.state.empty() && base::Secret::constant_time_equal(one.login.state, state)) {
      return std::move(one.login);
    }
  }
  return std::nullopt;
}

std::optional<PendingLogins::Found> PendingLogins::find_latest(const http::Headers& request, base::WallTime now) const {
  auto received = read(request);
  const auto latest = std::max_element(received.begin(), received.end(),
                                       [](const auto& a, const auto& b) { return a.login.started < b.login.started; });
  if (latest == received.end() || is_too_old(latest->login.started, now)) return std::nullopt;
  return Found{latest->slot, std::move(latest->login)};
}

http::SetCookie PendingLogins::attributes(char slot, std::string value, const http::External& external,
                                          std::string_view user_agent) const {
  auto cookie = cookie_.with_attributes(cookie_.names().login(slot), std::move(value), external, user_agent);
  // the provider's redirect comes from another site: a Strict cookie would never be seen again
  if (cookie.same_site == "Strict") cookie.same_site = "Lax";
  cookie.max_age = std::chrono::duration_cast<base::seconds>(lifetime_).count();
  return cookie;
}

std::string PendingLogins::value_for(char slot, const PendingLogin& login, std::string_view return_path) const {
  const auto seal = [&](std::string_view inside, std::string_view beside) {
    const auto plain =
        join({login.state, login.nonce, login.code_verifier, login.provider, login.redirect_uri, inside,
              login.application, std::to_string(login.restarts), time_text(login.started), login.identity_provider});
    return cookie_box_.seal(plain, bound_to(slot, beside));
  };
  const auto name_size = cookie_.names().login(slot).size();
  const auto fits = [&](const std::string& value) { return name_size + value.size() <= kLongestCookie; };
  auto sealed = seal(return_path, {});
  if (fits(sealed)) return sealed;
  const auto beside = to_cookie_text(return_path);
  auto value = seal({}, beside) + kBeside + beside;
  return fits(value) ? value : std::string();
}

http::SetCookie PendingLogins::cookie(char slot, const PendingLogin& login, const http::External& external,
                                      std::string_view user_agent) const {
  const std::string_view whole = login.return_path;
  auto value = value_for(slot, login, whole);
  if (value.empty()) {
    const auto path = whole.substr(0, whole.find('?'));
    value = value_for(slot, login, path);
    const bool is_lost = value.empty();
    if (is_lost) value = value_for(slot, login, "/");
    base::log_warning("login.return_path_cut",
                      {{"bytes", std::to_string(whole.size())}, {"kept", std::to_string(is_lost ? 1 : path.size())}});
  }
  return attributes(slot, std::move(value), external, user_agent);
}

std::vector<http::SetCookie> PendingLogins::deletions(const http::Headers& request, const http::External& external,
                                                      std::string_view user_agent) const {
  std::string held;  // slots
  for (const auto& one : read(request)) {
    if (held.find(one.slot) == std::string::npos) held.push_back(one.slot);
  }
  std::vector<http::SetCookie> gone;
  for (const char slot : held) {
    gone.push_back(deletion(slot, external, user_agent));
    gone.push_back(fragment_deletion(cookie_.names().fragment(slot), gone.back().secure));
  }
  return gone;
}

http::SetCookie PendingLogins::deletion(char slot, const http::External& external, std::string_view user_agent) const {
  return http::deletion_of(attributes(slot, {}, external, user_agent));
}

}  // namespace router::login
