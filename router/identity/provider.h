// One bound identity provider: endpoints, keys, tokens. No sessions, no pages.
//
// Speaks OpenID Connect (discovery) and XSUAA (fixed endpoints below `url`). Everything a provider sends is
// verified here; what comes out may be trusted. Sources: OpenID Connect Core and Discovery 1.0, RFC 6749,
// 7009, 7636, 8725, 9207; OIDC RP-Initiated and Back-Channel Logout 1.0; docs/contract/descriptor.md "Identity".
// Owner: Providers, one per configured binding. Loop: all Tasks run on the background loop (base/loop.h,
// run_on); `known_metadata` and `config` may be called from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "identity/token_set.h"
#include "identity/verified_claims.h"

namespace router::identity {

struct Metadata {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string end_session_endpoint;       // empty = not offered; xsuaa: <url>/logout.do
  std::string revocation_endpoint;        // empty = not offered
  std::string stream_endpoint;            // of a transmitter of signals: configuration_endpoint; empty = not offered
  std::string stream_status_endpoint;     // likewise
  std::string verification_endpoint;      // likewise
  bool announces_iss = false;             // RFC 9207
  bool secret_in_body = false;            // client_secret_post is offered, client_secret_basic is not
  std::vector<std::string> signing_algs;  // announced for id tokens; empty = not announced
};

struct Login {
  TokenSet tokens;
  Claims claims;
};

struct AuthorizationRequest {
  std::string redirect_uri;
  std::string state;
  std::string nonce;
  std::string code_challenge;  // S256
  std::string prompt;          // e.g. "login"; empty = none
  // Which of the providers behind this one (xsuaa, ias); empty = the default one.
  std::string identity_provider = {};
  std::string tenant = {};
};

// `tenant`: the subdomain whose endpoints are asked (xsuaa); empty = the provider's own tenant.
struct CodeGrant {
  std::string code;
  std::string code_verifier;
  std::string redirect_uri;
  std::string nonce;  // empty: none was sent, none is checked
  std::string tenant;
  base::SteadyTime ends_by = base::SteadyTime::max();  // for tokens and keys; less time than token calls have anyway
};
struct RefreshGrant {
  base::Secret refresh_token;
  std::string previous_subject;  // must stay the same
  std::string tenant;
};
struct PasswordGrant {
  std::string user;
  base::Secret password;
  std::string tenant;
};

class Provider {
 public:
  virtual ~Provider() = default;

  virtual const config::IdentityProvider& config() const = 0;

  // Discovered (or fixed) endpoints; fetched once, again with back-off 1..60 s after a failure, refreshed
  // hourly.
  virtual base::Task<base::Result<std::shared_ptr<const Metadata>>> metadata() = 0;
  // The last good metadata, without waiting. Any thread.
  virtual std::shared_ptr<const Metadata> known_metadata() const = 0;

  // The URL that the browser is sent to.
  virtual std::string authorization_url(const Metadata& metadata, const AuthorizationRequest& request) const = 0;

  // RFC 9207: refuses a callback whose `iss` is not the one expected. `iss` absent = parameter missing.
  virtual base::Result<void> check_callback_issuer(const Metadata& metadata,
                                                   const std::optional<std::string>& iss) const = 0;

  // Errors: unauthenticated (the provider or a check said no), timeout, refused, closed, protocol,
  // unavailable (no metadata or keys for now).
  virtual base::Task<base::Result<Login>> exchange_code(CodeGrant grant) = 0;
  // unauthenticated = invalid_grant or a wrong answer: the session is
  // over. The refresh token stays the old one where none came; `id_token` is empty where none came: keep the
  // old one.
  virtual base::Task<base::Result<Login>> refresh(RefreshGrant grant) = 0;
  virtual base::Task<base::Result<Login>> password_grant(PasswordGrant grant) = 0;
  // RFC 7009; hint "refresh_token" or "access_token". not_found: the provider offers no revocation.
  virtual base::Task<base::Result<void>> revoke(base::Secret token, std::string hint) = 0;

  // Ends the session that the id token names, without its browser (RP-Initiated Logout 1.0, by POST). not_found:
  // there is no id token, or the provider offers no such logout (xsuaa has one in the browser alone).
  virtual base::Task<base::Result<void>> end_session(base::Secret id_token) = 0;

  virtual base::Task<base::Result<Claims>> verify_access_token(std::string token) = 0;
  // An id token as hint: signature, iss and aud are checked, expiry is not.
  virtual base::Task<base::Result<Claims>> verify_id_token_hint(std::string token) = 0;
  virtual base::Task<base::Result<LogoutToken>> verify_logout_token(std::string token) = 0;

  // Whether the logout endpoint accepts connections: a probe of at most 300 ms, kept for 10 s (docs/contract/logout.md
  // section 5).
  virtual base::Task<bool> is_reachable() = 0;
};

// No secret is part of the URL but the id token as hint.
struct LogoutRedirect {
  base::Secret id_token_hint;            // may be empty
  std::string post_logout_redirect_uri;  // absolute; may be empty
  std::string state;                     // may be empty
  std::string tenant = {};               // may be empty
  std::string logout_hint = {};          // who the user is, where there is no room for a token; may be empty
};
struct LogoutRequest {
  std::string url;  // the endpoint, with the query of its own
  std::vector<std::pair<std::string, std::string>> parameters;

  std::string as_url() const;
};
// xsuaa: <url>/logout.do?redirect=...&client_id=...; OpenID: end_session_endpoint with id_token_hint or logout_hint,
// client_id, post_logout_redirect_uri, state. Absent when the provider offers no logout. Pure.
std::optional<LogoutRequest> logout_request(const config::IdentityProvider& provider, const Metadata& metadata,
                                            const LogoutRedirect& redirect);

}  // namespace router::identity
