#include "management/sign_ins.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "http/cookie.h"
#include "session/cookie_names.h"

namespace router::management {

std::string_view to_string(Right right) {
  switch (right) {
    case Right::nothing:
      return "nothing";
    case Right::look:
      return "look";
    case Right::everything:
      return "everything";
  }
  return "nothing";
}

std::string_view SignIns::cookie_name() const {
  return is_secure_ ? session::kSecureConsoleCookie : session::kConsoleCookie;
}

std::string SignIns::set_cookie(std::string value, long long max_age) const {
  http::SetCookie cookie;
  cookie.name = cookie_name();
  cookie.value = std::move(value);
  cookie.path = "/";
  cookie.max_age = max_age;
  cookie.secure = is_secure_;
  cookie.http_only = true;
  cookie.same_site = "Strict";
  return cookie.to_string();
}

std::string SignIns::key_in(std::string_view cookies) const {
  std::string_view value;
  int found = 0;
  http::for_each_cookie(cookies, [&](const http::CookiePair& pair) {
    if (pair.name != cookie_name()) return;
    value = pair.value;
    ++found;
  });
  return found == 1 ? crypto::sha256(value) : std::string();
}

void SignIns::make_room(base::SteadyTime now) {
  std::erase_if(signed_in_, [now](const auto& entry) { return entry.second.until <= now; });
  if (signed_in_.size() < kMost) return;
  const auto is_older = [](const auto& a, const auto& b) { return a.second.until < b.second.until; };
  signed_in_.erase(std::min_element(signed_in_.begin(), signed_in_.end(), is_older));
}

std::string SignIns::begin(Right right, std::string name, base::SteadyTime now) {
  make_room(now);
  auto value = crypto::random_token();
  signed_in_[crypto::sha256(value)] = {right, std::move(name), now + kLasts};
  return set_cookie(std::move(value), kLasts.count());
}

std::optional<Visitor> SignIns::find(std::string_view cookies, base::SteadyTime now) const {
  const auto found = signed_in_.find(key_in(cookies));
  if (found == signed_in_.end() || found->second.until <= now) return std::nullopt;
  Visitor visitor{found->second.right, found->second.name, true};
  visitor.is_by_browser = true;
  return visitor;
}

std::string SignIns::end(std::string_view cookies) {
  signed_in_.erase(key_in(cookies));
  return set_cookie("", 0);
}

}  // namespace router::management
