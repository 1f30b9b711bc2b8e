// Which application of an agent-style logout a destination belongs to.
//
// A session that has left an application is a stranger to its destinations until its next login; the login,
// the cookie jar and the logout sources have to agree on which ones these are. Pure; any thread. Source:
// docs/contract/logout.md section 2; Java agents, "Logout".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"

namespace router::config {

// Never for the entry "", which stands for all applications.
bool belongs_to(const ApplicationLogout& application, std::string_view destination);

// Stands for all back-ends: who has left it is asked anew who he is wherever he goes on (docs/logout-signals.md). No
// application has this name.
inline constexpr std::string_view kEveryApplication = "*";
bool has_left_every(const std::vector<std::string>& left);

// The first of the `left` applications that the destination belongs to; nullptr if there is none.
const ApplicationLogout* left_application(const Logout& logout, const std::vector<std::string>& left,
                                          std::string_view destination);

}  // namespace router::config
