// Which back-ends get a user's access token: one rule for requests, the calls of a logout, and `xs-router explain`.
//
// A back-end takes tokens by its own properties; it gets those of users whose requests could have brought them: users
// of the binding that a route to it asks for a login at. Pure; any thread. Source: docs/contract/descriptor.md
// (forwardAuthToken); docs/contract/logout.md section 1, step 2.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/model.h"

namespace router::config {

// forwardAuthToken, or a service; never where it has an authorization, or a certificate, of its own.
bool takes_token(const Destination& destination);

// Names of the bindings whose users a route leads to that back-end. Absent: nobody else's token could go astray, as no
// route names the back-end (it is called at logout alone) and at most one provider is bound.
std::optional<std::vector<std::string>> token_bindings(const Configuration& config, const std::string& back_end);

}  // namespace router::config
