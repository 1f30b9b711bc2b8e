// What the parts of the demo identity provider share: its key, its one client, and what it remembers.
//
// Owner: IdentityProvider. Everything in it is constant or locks itself, so that any thread may use it.
#pragma once

#include <string>
#include <vector>

#include "demo/short_lived.h"
#include "demo/token_signer.h"
#include "demo/users.h"

namespace router::demo {

struct Client {
  std::string id;
  std::string secret;
  std::vector<std::string> redirect_uris;              // compared byte for byte
  std::vector<std::string> post_logout_redirect_uris;  // likewise
  std::string back_channel_logout_uri;                 // empty = none
};

struct AuthorizationRequest {
  std::string redirect_uri;
  std::string state;
  std::string nonce;
  std::string code_challenge;
  std::string scope;
};

struct ProviderSession {
  std::string sid;
  const User* user = nullptr;
};

// What a code or a refresh token stands for.
struct Grant {
  ProviderSession session;
  std::string scope;
  std::string nonce;
  std::string code_challenge;  // of a code only
  std::string redirect_uri;    // of a code only
};

struct ProviderContext {
  const TokenSigner& signer;
  Client client;
  std::string issuer;
  ShortLived<AuthorizationRequest> requests{std::chrono::minutes(10)};
  ShortLived<Grant> codes{std::chrono::minutes(1)};
  ShortLived<Grant> refresh_tokens{std::chrono::hours(8)};
  ShortLived<ProviderSession> sessions{std::chrono::hours(8)};  // by cookie value
};

}  // namespace router::demo
