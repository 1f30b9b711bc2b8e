// A login that has been started: everything about it is in the browser, nothing in the router
// (docs/contract/reliability.md L4).
//
// One cookie per attempt, sealed, named after one of 16 slots; at most 8 are left standing, the oldest go
// first. A return path that is too long to be sealed, which takes a third more, stands beside the sealed part, which
// is bound to it; one that does not fit there either loses its query, and the log says so. The slots bound what many
// tabs at once can pile up: an attempt that lost its slot is started again. The `state` parameter is sealed as well and
// says slot, time and how often the login was started again, so that a callback finds its cookie, and a state that was
// never ours is told from one whose cookie is gone. Immutable; any thread. Times are wall time, because they travel.
// Source: docs/contract/descriptor.md "Identity"; RFC 7636 section 4.1; RFC 9700 section 4.7; docs/contract/oidc.md
// 4-9, 71.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "crypto/sealed_box.h"
#include "http/external.h"
#include "http/headers.h"
#include "session/session_cookie.h"

namespace router::login {

struct PendingLogin {
  std::string state;  // empty with stateProtection: false
  std::string nonce;
  std::string code_verifier;
  std::string provider;
  std::string redirect_uri;
  std::string return_path;        // same-origin path
  std::string application;        // the one that is logged in to again, may be empty
  std::string identity_provider;  // behind `provider`, may be empty
  int restarts = 0;
  base::WallTime started;
};

struct LoginState {
  char slot = '0';
  int restarts = 0;
  base::WallTime started;
};

class PendingLogins {
 public:
  static constexpr std::size_t kMost = 8;
  static constexpr std::size_t kMostBytes = 8 * 1024;  // of all login cookies together, and of their fragments

  // `cookie`: whose attributes theirs have.
  PendingLogins(const crypto::SealingSecrets& secrets, session::SessionCookie cookie, base::milliseconds lifetime);

  std::string seal_state(const LoginState& state) const;
  // Absent: not ours. It may be too old.
  std::optional<LoginState> open_state(std::string_view text) const;
  bool is_too_old(base::WallTime started, base::WallTime now) const { return now - started > lifetime_; }

  // The slot for a new attempt, and those whose cookies have to go.
  struct Slots {
    char free = '0';
    std::vector<char> dropped;
  };
  Slots assign(const http::Headers& request, base::WallTime now) const;

  // The attempt of that slot and state, however old.
  std::optional<PendingLogin> find(const http::Headers& request, char slot, std::string_view state) const;
  // Without stateProtection: the latest one that is not too old.
  struct Found {
    char slot = '0';
    PendingLogin login;
  };
  std::optional<Found> find_latest(const http::Headers& request, base::WallTime now) const;

  http::SetCookie cookie(char slot, const PendingLogin& login, const http::External& external,
                         std::string_view user_agent) const;
  http::SetCookie deletion(char slot, const http::External& external, std::string_view user_agent) const;
  // What deletes the cookies of every attempt that this browser holds, and of its #fragment.
  std::vector<http::SetCookie> deletions(const http::Headers& request, const http::External& external,
                                         std::string_view user_agent) const;
  base::milliseconds lifetime() const { return lifetime_; }

 private:
  struct Received {
    char slot = '0';
    std::size_t bytes = 0;
    PendingLogin login;
  };
  std::vector<Received> read(const http::Headers& request) const;
  std::optional<PendingLogin> open(char slot, std::string_view value) const;
  // The cookie's value for that path, sealed or beside it; empty: it does not fit.
  std::string value_for(char slot, const PendingLogin& login, std::string_view return_path) const;
  http::SetCookie attributes(char slot, std::string value, const http::External& external,
                             std::string_view user_agent) const;

  session::SessionCookie cookie_;
  base::milliseconds lifetime_;
  crypto::SealedBox cookie_box_;
  crypto::SealedBox state_box_;
};

}  // namespace router::login
