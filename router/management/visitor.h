// Who asks something of the management port, and may do what.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace router::management {

enum class Right { nothing, look, everything };
std::string_view to_string(Right right);

struct Visitor {
  Right right = Right::nothing;
  std::string name;  // for the audit line: the token's
  bool said_something = false;
  std::optional<base::seconds> come_again = {};
  bool is_by_browser = false;  // not by a token of its own: a page of another site may have made it ask
  bool is_misled = false;      // that page's name leads here: it would read the answer as its own
};

}  // namespace router::management
