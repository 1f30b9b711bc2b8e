// A logout as it would go, without going: what `xs-router explain` prints. Value.
#pragma once

#include <optional>
#include <string>

#include "http/message.h"
#include "logout/plan.h"

namespace router::logout {

struct Explanation {
  std::string protocol;  // the name of the Source that recognises it
  // For a user who is signed in, with placeholders in capitals where tokens and states will be. Absent where
  // no request of this method logs out. With neither plan nor `instead`, none of this protocol does.
  std::optional<Plan> plan;
  // What this very request gets instead of a logout: refused, asked to confirm, given a CSRF token.
  std::optional<http::Response> instead;
};

}  // namespace router::logout
