// A user's session: one login at an identity provider, as an immutable snapshot.
//
// Or an anonymous one, of a browser in which nobody has signed in: it holds the cookies of back-ends with logins or
// handshakes of their own, and neither user nor tokens. It is no login anywhere.
//
// The store hands out std::shared_ptr<const Session>; a change is a copy with the next generation, accepted by
// Store::replace only if nobody else changed or ended the session meanwhile (session/change.h). So a request, a token
// refresh or a back-end's Set-Cookie that is in flight can never bring an ended session back (docs/contract/logout.md
// section 1). Values; snapshots may be read from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "identity/token_set.h"

namespace router::session {

// The opaque 256-bit id, 43 characters of base64url: whoever has it is the user.
class SessionId {
 public:
  SessionId() = default;
  // Absent unless `text` has the form of an id; the length is checked first, so junk costs nothing.
  static std::optional<SessionId> parse(std::string_view text);
  static SessionId random();

  std::string_view reveal() const { return value_.reveal(); }
  // The first 12 hex digits of its SHA-256: for logs, management and receipts.
  std::string fingerprint() const;
  bool empty() const { return value_.empty(); }
  friend bool operator==(const SessionId&, const SessionId&) = default;

 private:
  explicit SessionId(std::string value) : value_(std::move(value)) {}
  base::Secret value_;
};

// A cookie that a back-end set and that stays in the router (docs/contract/descriptor.md, "Session").
struct BackendCookie {
  std::string destination;
  std::string name;
  base::Secret value;
  std::string path;  // prefix it is sent for, "/" = all
  bool secure = false;
};

// What the authorization server of a bound service gave for this user; dropped with the session.
struct ServiceToken {
  std::string service;
  base::Secret token;
  base::WallTime good_until;
};

// What an application of the HTML5 repository wants told when a session ends that used it (logout/application_calls.h).
struct ApplicationLogout {
  std::string application;  // the segment of its paths
  std::string back_end;     // destination, or service with its endpoint
  std::string path;
  std::string method;
  bool is_service = false;
  bool gets_token = false;    // the application's routes could have brought the user's token there
  bool prefer_local = false;  // the provider's destination, not the tenant's own

  friend bool operator==(const ApplicationLogout&, const ApplicationLogout&) = default;
};

struct Session {
  SessionId id;
  std::uint64_t generation = 1;  // +1 with every change

  bool is_anonymous = false;
  std::string home;  // of an anonymous one: what the client's address counts as (base/ip_address.h), for the limits
  // The anonymous session whose cookies this one took over at login: what runs under that id ends with this one.
  SessionId anonymous_before;

  std::string provider;  // binding name, empty for none
  std::string issuer;
  std::string subject;
  std::string idp_session_id;          // `sid` claim, may be empty
  std::string tenant;                  // as the token names it (identity/claims.h); empty if it names none
  std::string origin;                  // of the router, as its browser saw it when it was made
  std::string subdomain;               // the tenant of the host it was made on (http::External); no session on another
  std::string user_name;               // for logs, receipts and the user API
  std::vector<std::string> addresses;  // of the user, verified by the provider (identity/addresses.h); two at most
  std::string claims;                  // JSON object: the claims of the id token or access token, for the user API
  std::vector<std::string> scopes;

  identity::TokenSet tokens;
  base::Secret csrf_token;
  std::vector<ServiceToken> service_tokens;  // one a service
  std::vector<BackendCookie> backend_cookies;
  // details fixed at login, shown by the REST logout
  std::map<std::string, std::string> logout_details;
  // agent style: applications that this session has logged out of; their next request needs a new login
  std::vector<std::string> ended_applications;
  // of the applications that it used with a login, the first one first
  std::vector<ApplicationLogout> application_logouts;

  base::WallTime login_started;  // when the browser was sent to the provider, or the password came
  base::WallTime created;
  base::milliseconds idle_timeout{15 * 60'000};
  std::optional<base::WallTime> ends_at_latest;  // SESSION_MAX_LIFETIME
};

using Snapshot = std::shared_ptr<const Session>;

}  // namespace router::session
