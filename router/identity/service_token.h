// A user's token for a bound service, from the authorization server that its binding names.
//
// The token is for the service alone, so nothing but the answer's form is checked here. Loop: background. Errors: see
// identity/token_client.h. Source: RFC 7523 section 2.1; docs/contract/descriptor.md (services).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "config/model.h"
#include "identity/parts.h"
#include "identity/token_client.h"

namespace router::identity {

// `user_token`: of whom. `tenant`: may be empty.
base::Task<base::Result<TokenAnswer>> ask_service_token(std::shared_ptr<const config::ServiceClient> service,
                                                        base::Secret user_token, std::string tenant, Parts parts);

}  // namespace router::identity
