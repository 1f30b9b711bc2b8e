// Tokens that nobody will ever use: the session that they were for has ended before they came.
//
// The new refresh token would outlive the logout that took the old one back. Loop: background. A provider
// that offers no revocation keeps it; a failure is logged. Source: docs/contract/oidc.md 106, 108;
// docs/contract/reliability.md O10.
#pragma once

#include "base/secret.h"
#include "base/task.h"
#include "identity/provider.h"
#include "login/parts.h"

namespace router::login {

// logout.revokeTokens, which is true where it does not stand.
bool gives_back(const Parts& parts);
// `provider` outlives the Task.
base::Task<void> give_back(identity::Provider& provider, base::Secret refresh_token);
// From any loop, whoever is answered meanwhile; not where gives_back() says no. `provider`: a binding's name.
void give_back_soon(const Parts& parts, std::string provider, base::Secret refresh_token);

}  // namespace router::login
