// The built-in service sap-approuter-userapi: who the signed-in user is.
//
// /currentUser and /attributes, as JSON, from the claims that the login left in the session; nothing is asked of the
// provider. Never cached. Errors: unauthenticated without a session (a public route), not_found for other paths.
// Immutable; any loop. Source: README of @sap/approuter, "User API Service".
#pragma once

#include "backend/backend.h"

namespace router::backend {

class UserApi final : public Backend {
 public:
  base::Task<base::Result<void>> serve(Call& call) override;
};

// The answers. Scopes and the provider's own attributes only where the route's authenticationType is xsuaa.
std::string current_user_json(const session::Session& session, bool with_scopes);
std::string attributes_json(const session::Session& session, bool with_scopes);

}  // namespace router::backend
