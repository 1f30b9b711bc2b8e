// Replacement templates of ECMAScript (GetSubstitution): $1 to $15, $<name>, $&, $`, $', $$.
//
// A reference to a group that the pattern does not have stays as it is written; one to a group that took no
// part is empty.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/pattern.h"

namespace router::routing {

// `subject` is the string that `pattern` was matched against.
std::string expand_template(std::string_view text, const base::Pattern& pattern, const base::Pattern::Match& match,
                            std::string_view subject);

}  // namespace router::routing
