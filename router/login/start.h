// Sends a browser to the identity provider, and remembers in a cookie what for.
//
// Only the provider's metadata may have to be waited for. Errors: unavailable (no provider bound, or its
// metadata is away), unauthenticated (the login was started again too often). Source: docs/contract/descriptor.md
// "Identity"; OpenID Connect Core section 3.1.2.1; RFC 7636; docs/contract/oidc.md 1-3, 9, 70, 71, 75, 76.
#pragma once

#include <string>
#include <string_view>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "http/external.h"
#include "http/message.h"
#include "login/parts.h"

namespace router::login {

struct LoginRequest {
  std::string provider;     // binding name; empty = the default one
  std::string return_path;  // empty, or not a safe same-origin path: kDefaultReturnPath
  std::string prompt;       // "login" asks for the password again; usually empty
  std::string application;  // the application that is logged in to again, with the password; usually empty
  int restarts = 0;
  std::string identity_provider = {};  // behind `provider` (xsuaa, ias); usually empty
};

// The path and query to come back to after a login that this request needs.
std::string return_path_of(const http::Target& target);

// external.origin() + callbackEndpoint (+ ?authType=ias)
std::string redirect_uri(const config::Configuration& config, config::ProviderKind kind,
                         const http::External& external);

// `request` gives cookies and User-Agent. All references outlive the Task.
base::Task<base::Result<http::Response>> start_login(const Parts& parts, const http::Headers& request,
                                                     const http::External& external, LoginRequest login,
                                                     base::Loop& home);

}  // namespace router::login
