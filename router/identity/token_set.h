// What a token endpoint answered, verified. Values.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/secret.h"

namespace router::identity {

struct TokenSet {
  base::Secret access_token;
  base::Secret refresh_token;  // may be empty
  base::Secret id_token;       // may be empty
  base::WallTime obtained;
  std::optional<base::WallTime> access_expires;  // absent: the provider did not say
};

}  // namespace router::identity
