// The names of the cookies that are the router's own: no back-end sees, sets or deletes them.
//
// Browsers compare the prefixes "__Host-" and "__Secure-" without regard to case, so names that differ from
// ours in that only are ours too. Immutable; any thread. Source: docs/contract/descriptor.md "Session"; RFC 6265bis
// section 4.1.3.
#pragma once

#include <string>
#include <string_view>

#include "config/model.h"

namespace router::session {

// The operators' console (management/sign_ins.h). Browsers send it to every port of a host, this one's included.
inline constexpr std::string_view kConsoleCookie = "xsr-console";
inline constexpr std::string_view kSecureConsoleCookie = "__Host-xsr-console";

class CookieNames {
 public:
  explicit CookieNames(const config::Environment& environment);
  // Also those of REST clients.
  explicit CookieNames(const config::Configuration& configuration);

  const std::string& session() const { return session_; }
  // The field of REST clients whose value is a session's id, and their cookie, which has the prefix that the session's
  // has: else whoever can set a cookie without it could choose the session. Empty without `am`.
  const std::string& rest_token() const { return rest_token_; }
  const std::string& rest_cookie() const { return rest_cookie_; }
  // A login cookie's and a fragment cookie's name; `slot` is one character (login/pending_login.h).
  std::string login(char slot) const { return login_prefix_ + slot; }
  std::string fragment(char slot) const { return fragment_prefix_ + slot; }
  const std::string& login_prefix() const { return login_prefix_; }
  const std::string& fragment_prefix() const { return fragment_prefix_; }

  // Lets a browser see what became of its logout (logout/receipt_link.h).
  const std::string& receipt() const { return receipt_; }

  bool is_router_cookie(std::string_view name) const;

 private:
  std::string session_;
  std::string login_prefix_;
  std::string fragment_prefix_;
  std::string receipt_;
  std::string rest_token_;
  std::string rest_cookie_;
  std::string platform_;  // PLATFORM_COOKIE_NAME: binds the browser to this instance; may be empty
};

}  // namespace router::session
