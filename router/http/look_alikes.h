// Characters that look like a slash, a backslash or a dot, and that some back-ends make one of them: "．．／" for "../".
//
// Pure. Source: Unicode Security Mechanisms (UTS 39), confusables; docs/contract/html5.md section 5.
#pragma once

#include <string>
#include <string_view>

namespace router::http {

// UTF-8, with each of them as what it looks like.
std::string without_look_alikes(std::string_view text);

}  // namespace router::http
