// A login with user and password, for every way of sending them: slowed down, then the provider is asked.
//
// Loop: background. All references outlive the Task. Source: RFC 6749 section 4.3; docs/contract/logout.md section 3;
// docs/contract/descriptor.md "Identity" (authenticationType basic).
#pragma once

#include <string>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "identity/provider.h"
#include "session/doors.h"

namespace router::login {

struct PasswordTry {
  std::string user;
  base::Secret password;
  std::string address;      // of the client
  std::string tenant = {};  // of the host (http::External); may be empty
};

// Too many tries or failures: when to come again. Else what the provider said; unauthenticated = the password is
// wrong.
using PasswordVerdict = std::variant<base::seconds, base::Result<identity::Login>>;

base::Task<PasswordVerdict> check_password(session::Doors& doors, const base::Clock& clock,
                                           identity::Provider& provider, PasswordTry attempt);

}  // namespace router::login
