// How a login went, counted and noted for those who ask later ("audit") where it is decided. Any thread.
#pragma once

#include <string_view>

#include "base/error.h"

namespace router::login {

// The provider did not say no: it was not there, or not in time.
bool is_away(const base::Error& error);

// `fault` null: somebody is signed in, or may be. `client`: his address.
void note_login(std::string_view provider, std::string_view client, const base::Error* fault);

}  // namespace router::login
