// Logins by provider and result, counted where it is decided. Any thread.
#pragma once

#include <string>

#include "base/error.h"

namespace router::login {

// `fault` null: somebody is signed in, or may be.
void count_login(const std::string& provider, const base::Error* fault);

}  // namespace router::login
