// A demo back-end: a page that shows who it thinks is signed in, and a logout path that remembers each call.
//
// It trusts nothing but the bearer token: signature, issuer, audience and expiry are checked. Threads: those
// of its Listener. Source: docs/contract/logout.md section 1 (what a back-end is told), RFC 6750.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "demo/listener.h"
#include "demo/logout_calls.h"
#include "demo/token_signer.h"

namespace router::demo {

struct BackEndProfile {
  std::string name;  // also its path at the router: /<name>/
  std::string title;
  std::string items;  // table rows
  std::string other_name;
  std::string other_title;
};

// How a token is recognised.
struct TokenCheck {
  const TokenSigner& signer;
  std::string issuer;
  std::string audience;
};

class BackEnd {
 public:
  BackEnd(BackEndProfile profile, TokenCheck check, LogoutCalls& calls);

  // Port 0: any. False if it is taken.
  bool bind(std::uint16_t port) { return listener_.bind(port); }
  const std::string& origin() const { return listener_.origin(); }
  void start() { listener_.start(); }

  // Away: it answers a logout call with 503, as one that is being restarted. Any thread.
  void set_away(bool is_away) { is_away_ = is_away; }

 private:
  // The claims of a good token; null without one.
  nlohmann::json user_of(const httplib::Request& request) const;
  void show_page(const httplib::Request& request, httplib::Response& response) const;
  void receive_logout(const httplib::Request& request, httplib::Response& response) const;
  void show_logouts(httplib::Response& response) const;

  const BackEndProfile profile_;
  const TokenCheck check_;
  LogoutCalls& calls_;
  std::atomic<bool> is_away_ = false;
  Listener listener_;  // after what its handlers use
};

}  // namespace router::demo
