// Talks to a provider's token and revocation endpoints. Nothing is verified here but the form of the answer.
//
// Client authentication: a client certificate where one is bound; else the secret, by HTTP Basic or, where
// the provider offers only that, in the body; without both the client is public. The secret is never part of
// a URL. Units: 7 s per call, answers up to 256 KiB. Loop: background. Errors: unauthenticated
// (invalid_grant and its like), timeout, refused, closed, protocol (retryable for 5xx). Source: RFC 6749
// sections 2.3.1, 4.1.3, 4.3, 4.4, 5, 6; RFC 7009; RFC 7636 section 4.5; RFC 8705 section 2.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "config/model.h"
#include "http/form.h"
#include "identity/parts.h"
#include "identity/provider.h"

namespace router::identity {

struct TokenAnswer {
  base::Secret access_token;
  base::Secret refresh_token;  // may be empty
  base::Secret id_token;       // may be empty
  std::optional<base::seconds> expires_in;
  std::optional<std::vector<std::string>> scopes;  // absent: not named; empty: none
};

// How long it may be used: until a minute before it expires, or half its life; ten minutes, where nobody says.
base::seconds usable_life(const TokenAnswer& answer);

// The body of a 200. Pure.
base::Result<TokenAnswer> read_token_answer(std::string_view body);

class TokenClient {
 public:
  // `provider` outlives this object.
  TokenClient(const config::IdentityProvider& provider, Parts parts) : provider_(provider), parts_(parts) {}

  using Endpoints = std::shared_ptr<const Metadata>;
  // A user has a page within 10 s of coming back, whatever the provider does: this long for tokens, the rest for keys.
  static constexpr base::milliseconds kDeadline{7'000};
  static constexpr base::milliseconds kForKeys{2'500};

  base::Task<base::Result<TokenAnswer>> exchange_code(Endpoints endpoints, std::string code, std::string verifier,
                                                      std::string redirect_uri, base::milliseconds at_most = kDeadline);
  base::Task<base::Result<TokenAnswer>> refresh(Endpoints endpoints, base::Secret refresh_token);
  base::Task<base::Result<TokenAnswer>> password(Endpoints endpoints, std::string user, base::Secret password);
  base::Task<base::Result<TokenAnswer>> client_credentials(Endpoints endpoints);
  // For a token of this user at another client of the same authorization server (RFC 7523 section 2.1).
  base::Task<base::Result<TokenAnswer>> exchange_user_token(Endpoints endpoints, base::Secret user_token);
  base::Task<base::Result<void>> revoke(Endpoints endpoints, base::Secret token, std::string hint);
  base::Task<base::Result<void>> end_session(Endpoints endpoints, base::Secret id_token);

 private:
  base::Task<base::Result<TokenAnswer>> ask(Endpoints endpoints, http::FormFields fields,
                                            base::milliseconds at_most = kDeadline);
  base::Task<base::Result<net::ClientResponse>> post(std::string url, bool secret_in_body, http::FormFields fields,
                                                     base::milliseconds at_most = kDeadline);

  const config::IdentityProvider& provider_;
  Parts parts_;
};

}  // namespace router::identity
