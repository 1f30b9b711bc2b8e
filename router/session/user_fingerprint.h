// What stands for a user in the log: the same in all lines of one, and to nobody without the secret a name.
//
// A keyed hash of what `--user` of the commands names, 12 hex digits. Its key comes of SESSION_SECRET, so that replicas and
// later processes agree; without one it is the process's own. Names that were met lately are not hashed again.
// Threads: any; use_fingerprint_secret() before the loops run. Source: docs/contract/operations.md "Logs".
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace router::session {

// Empty for nobody.
std::string user_fingerprint(std::string_view user_name);
// Empty: a random one.
void use_fingerprint_secret(const base::Secret& secret);

}  // namespace router::session
