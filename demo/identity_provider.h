// A small OpenID provider for the demo: one client, two users, nothing stored.
//
// Discovery, keys (RS256), authorization code flow with PKCE S256 and `iss` (RFC 9207), refresh and password
// grants, revocation (RFC 7009), RP-initiated logout, and Back-Channel Logout for who signs out at the
// provider itself. Errors: as the protocols say. Threads: those of its Listener. Sources: OpenID Connect
// Core, Discovery, RP-Initiated Logout and Back-Channel Logout 1.0; RFC 6749, 7009, 7636.
#pragma once

#include <cstdint>
#include <string>

#include "demo/listener.h"
#include "demo/provider_context.h"

namespace router::demo {

class IdentityProvider {
 public:
  IdentityProvider(const TokenSigner& signer, Client client);

  // Port 0: any. False if it is taken.
  bool bind(std::uint16_t port);
  const std::string& issuer() const { return context_.issuer; }
  void start() { listener_.start(); }

 private:
  ProviderContext context_;
  Listener listener_;  // after what its handlers use
};

}  // namespace router::demo
