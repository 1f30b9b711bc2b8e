// The token that a route's bound service is called with: whose it is, and what becomes of one that the service refuses.
//
// On the request's loop. Source: docs/contract/html5.md section 2.
#pragma once

#include "base/task.h"
#include "login/service_tokens.h"
#include "pipeline/context.h"
#include "pipeline/foreseen.h"

namespace router::pipeline {

// Null: the service is called with nobody's, or the route leads to none. A user's is for routes that ask for a login.
login::ServiceOf token_service(const RequestState& state);

// For `explain`: whether the authorization server knows the client of a token by a certificate.
void tell_token_certificate(const config::IdentityProvider& client, Told& route);

// The service has answered 401: the token that it was sent, if any, is used no more.
base::Task<void> give_up_refused_token(Context& context);

}  // namespace router::pipeline
